"""The frontier: what beats what, from rows with known answers; what is drawn of it, and what is not."""

import math
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from bench.analyse.frontier import frontiers, showcase
from bench.plan import sweeps
from bench.plan.cells import Cell
from bench.plan.contenders import title
from bench.show.answers import TOO_FEW
from bench.show.answers.frontier import PLACES, frontier_answers
from bench.show.figures.frontier import EDGE, frontier_pictures, time_against_memory
from bench.show.topics import topic
from bench.tests.places import ROOT
from bench.tests.rows import memory_table, time_rows, visit_rows
from impls import IMPLEMENTATIONS

MIB = 2**20
NAMES = ("iterative", "iterative_pop", "recursive", "closures", "generators", "checkpoint_loop", "checkpoint_recursion", "course", "forum")
PASSES = 20


def times(step, passes=PASSES, depth=64, width=8, update="deferred", allocator="default"):
    """Rows in which `step(impl, number)` is the time of a step in a pass."""
    cell = f"breast_cancer-b32-d{depth}-w{width}-float64-{update}-{allocator}"
    place = {"cell": cell, "depth": depth, "width": width, "update": update, "allocator": allocator}
    return time_rows(*(row for number in range(1, passes + 1) for row in visit_rows(step(number), **place, **{"pass": number})))


def steady(**ratios):
    """A step whose time is the same in all passes: 1 ms for the list that is kept, and so many for the others."""
    return lambda number: {name: (1e6 * ratio, 1e6 * ratio) for name, ratio in {"iterative": 1.0, **ratios}.items()}


def peaks(*rows, depth=64, width=8, update="deferred"):
    """Rows of memory.csv: (implementation, peak) by the heap, or (implementation, peak, meter, predicted, status, low, high)."""
    place = f"breast_cancer-b32-d{depth}-w{width}-float64-{update}"
    whole = [(*row, *("heap", None, "ok", None, None)[len(row) - 2 :]) for row in rows]
    table = [
        ["m", place, "breast_cancer", 32, depth, width, "float64", update, impl, meter, peak, predicted, status, None, 8, low, high]
        for impl, peak, meter, predicted, status, low, high in whole
    ]
    return memory_table(table)


def standings(place):
    return {one.impl: one.standing for one in place.candidates}


def test_what_takes_more_of_both_is_beaten_and_what_takes_less_of_one_is_not():
    step = steady(checkpoint_loop=1.2, closures=1.1)
    [place] = frontiers(times(step), peaks(("iterative", 4 * MIB), ("checkpoint_loop", MIB), ("closures", 5 * MIB)), "iterative")
    assert [one.impl for one in place.candidates] == ["checkpoint_loop", "iterative", "closures"]  # the leanest first
    assert standings(place) == {"iterative": "unbeaten", "checkpoint_loop": "unbeaten", "closures": "beaten"}
    loss = place.candidates[2].loss
    assert (loss.impl, loss.memory) == ("iterative", pytest.approx(4 / 5))
    assert (loss.time.ratio, loss.time.low, loss.time.high) == pytest.approx((1 / 1.1,) * 3)


@pytest.mark.parametrize(
    ("peak", "ratio", "standing"),
    [
        (0.985, 1.005, "beaten"),  # leaner by more than 1 %, and slower by less
        (0.985, 1.015, "unbeaten"),  # slower by more
        (0.995, 0.995, "unbeaten"),  # too small a difference to notice
        (0.995, 0.985, "beaten"),  # as lean, and faster by more than 1 %
        (1.005, 0.985, "beaten"),  # a little larger, but not by 1 %
        (1.015, 0.5, "unbeaten"),  # larger by more, so fast as may be
    ],
)
def test_one_per_cent_makes_the_difference(peak, ratio, standing):
    [place] = frontiers(times(steady(recursive=ratio)), peaks(("iterative", MIB), ("recursive", round(peak * MIB))), "iterative")
    assert standings(place)["iterative"] == standing


@pytest.mark.parametrize(
    ("peak", "bounds", "ratio", "standing"),
    [
        (0.9, (0.8, 0.98), 1.005, "beaten"),  # leaner for certain
        (0.9, (0.8, 1.005), 1.005, "open"),  # perhaps as lean, and then too slow to beat it
        (0.9, (0.8, 1.005), 0.985, "beaten"),  # perhaps as lean, and fast enough for that
        (0.9, (0.8, 1.02), 0.985, "open"),  # perhaps larger
        (0.9, (0.8, 1.02), 1.02, "unbeaten"),  # too slow, whatever its peak
        (1.1, (1.02, 1.2), 0.5, "unbeaten"),  # larger for certain
        (0.9, (None, None), 1.005, "beaten"),  # a file of an earlier version, whose figure is taken as it is
    ],
)
def test_a_peak_is_smaller_only_where_its_bounds_say_so(peak, bounds, ratio, standing):
    sizes = [round(share * MIB) if share else None for share in (peak, *bounds)]
    rows = peaks(("iterative", MIB), ("mine", sizes[0], "resident", None, "ok", *sizes[1:]))
    [place] = frontiers(times(steady(mine=ratio)), rows, "iterative")
    assert standings(place)["iterative"] == standing


def test_what_wavers_over_the_limit_is_open():
    def step(number):
        return {"iterative": (1e6, 1e6), "recursive": (1e6 * (1.03 if number % 2 else 0.97),) * 2}

    [place] = frontiers(times(step), peaks(("iterative", 2 * MIB), ("recursive", MIB)), "iterative")
    assert standings(place) == {"recursive": "unbeaten", "iterative": "open"}


def test_two_are_compared_in_their_own_passes_and_not_by_way_of_the_baseline():
    """Both waver by 10 % against the baseline, but together: one is always 5 % slower than the other."""

    def step(number):
        mood = math.exp(0.1 * math.sin(number))
        return {"iterative": (1e6, 1e6), "recursive": (1.05e6 * mood,) * 2, "closures": (1e6 * mood,) * 2}

    [place] = frontiers(times(step), peaks(("iterative", 9 * MIB), ("recursive", 2 * MIB), ("closures", 2 * MIB)), "iterative")
    recursive, closures = (next(one for one in place.candidates if one.impl == name) for name in ("recursive", "closures"))
    assert recursive.time.low < closures.time.high
    assert (recursive.standing, recursive.loss.impl) == ("beaten", "closures")


@given(st.lists(st.tuples(st.floats(1, 1.1), st.floats(1, 1.1)), min_size=2, max_size=9))
@settings(max_examples=25, deadline=None)
def test_nothing_beats_in_circles(figures):
    """However near they are, something is left unbeaten."""
    names = NAMES[: len(figures)]
    step = steady(**{name: time for name, (_, time) in zip(names, figures, strict=True)})
    found = peaks(*((name, round(peak * MIB)) for name, (peak, _) in zip(names, figures, strict=True)))
    [place] = frontiers(times(step), found, "iterative")
    assert "unbeaten" in standings(place).values()


def test_the_frames_of_recursion_are_added_and_a_librarys_memory_is_what_is_resident():
    rows = peaks(
        ("iterative", MIB), ("recursive", MIB, "heap", MIB), ("recursive", 0, "resident", MIB + 14_000),
        ("mine", None, "heap", None, "skipped"), ("mine", 3 * MIB, "resident"),
    )  # fmt: skip
    [place] = frontiers(times(steady(recursive=1.0, mine=0.5)), rows, "iterative")
    found = {one.impl: (one.peak.size, one.peak.meter) for one in place.candidates}
    assert found == {"iterative": (MIB, "heap"), "recursive": (MIB + 14_000, "heap"), "mine": (3 * MIB, "resident")}
    assert any("mine (3.0 MiB resident, " in item for item in frontier_answers([place])[-1].items)


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        (steady(recursive=1.0), ()),  # no memory
        (steady(recursive=1.0), [("iterative", MIB)]),  # of one alone
        (steady(floor=0.5, control=1.0), [("iterative", MIB), ("recursive", MIB)]),  # no time, but of one
        (steady(recursive=1.0), [("iterative", MIB), ("recursive", None, "heap", None, "out_of_memory")]),
        (steady(recursive=1.0), [("iterative", MIB), ("recursive", 0, "resident")]),  # it found room in what was there
        (lambda number: {"recursive": (1, 1), "closures": (1, 1)}, [("recursive", MIB), ("closures", MIB)]),  # no baseline
    ],
    ids=["no memory", "one measured", "one timed", "one failed", "nothing seen", "no baseline"],
)
def test_without_two_implementations_there_is_no_figure_and_no_section(step, rows):
    found = frontiers(times(step), peaks(*rows), "iterative")
    assert found == []
    assert frontier_answers(found) == []
    assert frontier_pictures(found) == []


def test_of_no_rows_there_is_nothing():
    assert frontiers(time_rows(), peaks(), "iterative") == []
    assert frontiers(time_rows({"impl": "iterative", "status": "skipped"}), peaks(), "iterative") == []


def test_eight_passes_leave_everything_open():
    """One cell has the pair, the control and the floor: the ninth pass is the first with intervals."""
    found = frontiers(times(steady(recursive=0.5), passes=8), peaks(("iterative", 2 * MIB), ("recursive", MIB)), "iterative")
    assert standings(found[0]) == {"recursive": "unbeaten", "iterative": "open"}  # nothing can beat the smallest peak
    assert [answer.text for answer in frontier_answers(found)] == [TOO_FEW]
    assert isinstance(frontier_pictures(found)[0].draw(), Figure)


def test_looked_at_are_the_deepest_the_narrowest_and_the_widest():
    grid = [
        Cell("breast_cancer", batch, depth, width, "float64", update, "default")
        for batch in (32, 8)
        for depth in (64, 4)
        for width in (128, 8, 32)
        for update in ("fused", "deferred")
    ]
    shown = showcase(grid)
    assert [(one.batch, one.depth, one.width, one.update) for one in shown] == [
        (32, 64, 8, "deferred"), (32, 64, 8, "fused"), (32, 64, 128, "deferred"), (32, 64, 128, "fused"),
    ]  # fmt: skip
    assert showcase([]) == []


@pytest.mark.parametrize(("passes", "closed"), [(13, False), (14, True)])
def test_intervals_close_when_those_of_all_pairs_can_hold_together(passes, closed):
    """4 cells of 36 pairs, the control and the floor: 2 / 2^n must fit into 0.05 / 152 (1 - 2 / sqrt(n)).

    It does from n = 14 on: 0.00012 into 0.00015.
    """
    step = steady(**dict.fromkeys(NAMES[1:], 1.5))
    cells = [{"width": width, "update": update} for width in (8, 64) for update in ("deferred", "fused")]
    rows = pd.concat([times(step, passes, **cell) for cell in cells])
    found = frontiers(rows, pd.concat([peaks(*((name, MIB) for name in NAMES), **cell) for cell in cells]), "iterative")
    assert {candidate.time.closed for cell in found for candidate in cell.candidates if candidate.time} == {closed}


def test_a_word_that_no_run_has_written_is_passed_over():
    assert frontiers(times(steady(recursive=1.0), allocator="mine"), peaks(("iterative", MIB), ("recursive", MIB)), "iterative") == []


def test_deeper_cells_without_memory_are_not_looked_at():
    both = pd.concat([times(steady(recursive=1.0)), times(steady(recursive=1.0), depth=512)])
    [place] = frontiers(both, peaks(("iterative", MIB), ("recursive", MIB)), "iterative")
    assert place.depth == 64


def test_the_sweep_of_homes_has_every_implementation_that_needs_numpy_alone():
    sweep = sweeps.load(str(ROOT / "impls" / "examples" / "homes.toml"))
    assert set(sweep.impls) == {name for name, one in IMPLEMENTATIONS.items() if not one.library and not one.on_request}
    assert set(sweep.update) == {"deferred", "fused"}


@pytest.fixture(scope="module")
def nine():
    """Four cells with nine implementations, most of them at nearly the same spot."""
    step = steady(**{name: 1 + 0.004 * place for place, name in enumerate(NAMES)} | {"checkpoint_loop": 1.3})
    weights = {name: round(MIB * (1 + 0.002 * place)) for place, name in enumerate(NAMES)} | {"checkpoint_loop": MIB // 8}
    cells = [{"width": width, "update": update} for width in (8, 64) for update in ("deferred", "fused")]
    rows = pd.concat([times(step, **cell) for cell in cells])
    return frontiers(rows, pd.concat([peaks(*weights.items(), **cell) for cell in cells]), "iterative")


def names_in(ax):
    return [word for word in ax.texts if word.get_text() != "↙ better"]


def test_a_panel_for_every_cell_names_every_implementation_and_no_name_lies_over_another(nine):
    figure = time_against_memory(nine)
    panels = [ax for ax in figure.axes if ax.axison]
    assert len(panels) == len(nine) == 4
    for ax in panels:
        words = names_in(ax)
        assert sorted(word.get_text() for word in words) == sorted(map(title, NAMES))
        boxes = [word.get_window_extent() for word in words]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
        assert all(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 for box in boxes)


def test_a_name_keeps_off_the_edge(nine):
    for ax in time_against_memory(nine).axes:
        [edge] = [line for line in ax.lines if line.get_color() == EDGE]
        path = ax.transData.transform_path(edge.get_path())
        assert not any(path.intersects_bbox(word.get_window_extent(), filled=False) for word in names_in(ax))


def test_the_answer_tells_where_else_what_is_unbeaten_and_what_beats_the_others(nine):
    where, best, *rest = frontier_answers(nine)
    assert where.text == "2 other places and 2 ways to compute most of the cache again were compared."
    assert [item.split(":")[0] for item in where.items] == ["closures", "generators", "checkpointed loop", "checkpointed recursion"]
    assert best.text.startswith("4 of 9 implementations are unbeaten for certain in some cell.")
    assert best.items == (
        *(f"{name}: unbeaten in 4 of 4 cells" for name in ("kept list", "popped list", "recursion", "checkpointed loop")),
        "beaten in all: closures, generators, checkpointed recursion, course and forum",
    )
    assert len(rest) == 4
    assert rest[0].text == "4 are unbeaten for certain at depth 64, width 8, batch 32, deferred update, with the default allocator."
    assert rest[0].items[0].startswith("unbeaten for certain: checkpointed loop (128.0 KiB, 1.300 [")
    assert "unbeaten for certain: kept list (1.0 MiB, the baseline)" in rest[0].items
    assert rest[0].items[-1] == "beaten by kept list: closures, generators, checkpointed recursion, course and forum"


def test_lists_and_the_call_stack_alone_are_no_other_place():
    cells = frontiers(times(steady(recursive=1.0)), peaks(("iterative", 2 * MIB), ("recursive", MIB)), "iterative")
    assert frontier_answers(cells)[0].text.startswith("No other place was compared here")


def test_the_section_has_the_figure_the_words_and_every_figure_behind_them(nine):
    section = topic("frontier").html(nine)
    assert section.count("<img ") == section.count("data:image/svg+xml") / 2 == 1
    assert PLACES in section
    assert section.count("<details>") == len(nine)
    for name in NAMES:
        assert section.count(f"<td>{title(name)}</td>") >= len(nine)
