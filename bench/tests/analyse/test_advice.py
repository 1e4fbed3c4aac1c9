"""The advice: each rule with made-up verdicts, peaks and depths, and the facts that it rests on."""

from dataclasses import replace

import pandas as pd
import pytest

from bench.analyse.advice.facts import Known, Overview, Place, overview
from bench.analyse.advice.rules import advise, limited
from bench.analyse.depth import AskedDepth, Reach, asked_depths
from bench.analyse.frontier import Peak, PeakRatio
from bench.analyse.ratios import Ratio
from bench.analyse.summary import parts
from bench.analyse.training import TrainingResult
from bench.plan.cells import BACKPROPAGATION, Cell
from bench.plan.depth import AS_IT_COMES, LIMIT_RAISED
from bench.record.schemas import SCHEMAS, row
from bench.tests.rows import memory_table, time_rows, visit_rows

BOUNDS = {"slower": (1.05, 1.02, 1.08), "faster": (0.9, 0.88, 0.92), "same": (1.0, 0.995, 1.005), "undecided": (1.0, 0.9, 1.1)}
OPEN = Ratio(64, 8, 1.0, 0.0, float("inf"))


def ratio(verdict):
    return Ratio(64, 8, *BOUNDS[verdict]) if verdict in BOUNDS else verdict


def reach(impl, deepest, free):
    return Reach("3.11.7", impl, 1000, AS_IT_COMES, deepest, "ok" if free else "recursion_error")


def known(impl, narrow=None, wide=None, peak=None, deepest=None, free=True, result="same"):
    return Known(
        impl,
        ratio(narrow),
        ratio(wide),
        Peak(peak, "heap", peak, peak) if peak else None,
        as_it_comes=reach(impl, deepest, free) if deepest else None,
        result=result,
    )


def advice(*rows, between=None):
    place = Place(64, 8)
    return advise(Overview("iterative", place, place, place, {}, rows, between or {}, "3.11.7"))


KEPT = known("iterative", peak=200, deepest=10_000)


def test_what_is_slower_for_certain_is_not_used_though_it_needs_less_memory():
    given = advice(KEPT, known("iterative_pop", "slower", "same", 100, 10_000))
    assert given.use.impl == "iterative"
    assert given.saving.impl == "iterative_pop"


def test_of_those_that_are_as_fast_the_one_with_the_least_peak_is_used():
    given = advice(KEPT, known("iterative_pop", "undecided", "same", 150, 10_000), known("recursive", "slower", "same", 150, 987, False))
    assert given.use.impl == "iterative_pop"
    assert given.recursion.impl == "recursive"
    assert given.beyond is None
    assert given.saving is None


def test_peaks_within_a_hundredth_are_the_same_and_the_limit_decides():
    given = advice(KEPT, known("recursive", "same", "same", 100, 987, False), known("closures", "same", "same", 100.9, 10_000))
    assert given.use.impl == "closures"
    assert (
        advice(KEPT, known("recursive", "same", "same", 100, 987, False), known("closures", "same", "same", 102, 10_000)).use.impl
        == "recursive"
    )


def test_where_the_one_to_use_has_a_limit_another_one_is_named_for_beyond():
    given = advice(KEPT, known("recursive", "faster", "faster", 100, 987, False))
    assert (given.use.impl, given.beyond.impl, given.recursion) == ("recursive", "iterative", None)
    assert limited(given.use)


def test_what_ran_out_of_time_is_not_stopped_by_a_limit():
    slow = Reach("3.11.7", "recursive", 1000, AS_IT_COMES, 24, "timeout")
    given = advice(KEPT, replace(known("recursive", "faster", "faster", 100), as_it_comes=slow))
    assert (given.use.impl, given.beyond) == ("recursive", None)
    assert not limited(given.use)
    assert asked_depths([slow], [20, 30]) == [AskedDepth(20, [slow], [])]  # whether it comes to 30 is not known


def test_one_that_something_else_beats_for_certain_is_behind_it():
    given = advice(KEPT, known("iterative_pop", "same", "faster", 200, 10_000))
    assert given.use.impl == "iterative_pop"


@pytest.mark.parametrize("result", ["same", "close", None])
def test_one_whose_results_differ_is_never_used(result):
    fast = {"narrow": "faster", "wide": "faster", "peak": 10, "deepest": 10_000}
    assert advice(KEPT, known("iterative_pop", **fast, result="differs"), known("recursive", "same", "same", 200)).use.impl == "iterative"
    assert advice(KEPT, known("iterative_pop", **fast, result=result)).use.impl == "iterative_pop"


def test_what_needs_a_library_is_named_beside_if_it_is_faster_in_both():
    given = advice(
        KEPT, known("recursive", "same", "same", 300), known("compiled_loop", "faster", "faster"), known("torch", "faster", "slower")
    )
    assert given.use.impl == "iterative"
    assert [row.impl for row in given.faster] == ["compiled_loop"]


def test_a_users_own_is_used_if_it_comes_out_ahead_alone():
    assert advice(KEPT, known("mine", "same", "same", 100, 10_000)).use.impl == "mine"
    assert advice(KEPT, known("mine", "undecided", "undecided", 200, 10_000)).use.impl == "iterative"


def test_one_alone_is_nothing_to_choose_from_and_few_passes_are_told():
    assert (advice(KEPT).use, advice(KEPT).alone) == (None, True)
    nothing_known = advice(known("iterative"), known("recursive", OPEN, OPEN))
    assert (nothing_known.use, nothing_known.alone) == (None, False)
    early = advice(KEPT, known("iterative_pop", OPEN, OPEN, 100))
    assert (early.use.impl, early.timed) == ("iterative_pop", False)
    assert advice(KEPT, known("iterative_pop", "same", OPEN, 100)).timed


# the facts


def times(update="deferred", allocator="default", shapes=((4, 8), (64, 8), (4, 64), (64, 64)), **factors):
    ns = {"iterative": 1e6, "recursive": 1.1e6, "control": 1e6, "floor": 5e5, **{impl: 1e6 * factor for impl, factor in factors.items()}}
    return [
        row
        for number in range(1, 21)
        for depth, width in shapes
        for row in visit_rows(
            {impl: (value * depth, value * depth) for impl, value in ns.items()},
            cell=Cell("breast_cancer", 32, depth, width, "float64", update, allocator).id,
            **{"pass": number, "depth": depth, "width": width, "update": update, "allocator": allocator},
        )
    ]


def empty(file):
    return pd.DataFrame(columns=list(SCHEMAS[file])).astype(SCHEMAS[file])


def facts(rows=(), baseline="iterative", machine=None, peaks=None, limits=None, training=(), clarity=None):
    table = time_rows(*rows)
    return overview(
        parts(table, baseline),
        baseline,
        machine or {},
        empty("memory.csv") if peaks is None else peaks,
        empty("limits.csv") if limits is None else limits,
        training,
        empty("clarity.csv") if clarity is None else clarity,
    )


def memory(*rows, update="deferred", depth=64, width=64):
    cell = Cell("breast_cancer", 32, depth, width, "float64", update, "default")
    place = ["m", cell.memory_id, "breast_cancer", 32, depth, width, "float64", update]
    return memory_table([[*place, impl, "heap", peak, None, "ok"] for impl, peak in rows])


def test_times_are_those_of_the_deepest_networks_of_the_least_and_the_greatest_width():
    found = facts(times(shapes=((64, 8), (4, 8), (64, 16), (16, 64), (4, 64))))
    assert (found.narrow, found.wide) == (Place(64, 8), Place(16, 64))
    assert [row.impl for row in found.rows] == ["iterative", "recursive"]
    baseline, recursion = found.rows
    assert baseline.narrow is baseline.wide is None
    assert (recursion.narrow.depth, recursion.narrow.width, recursion.wide.depth, recursion.wide.width) == (64, 8, 16, 64)
    assert recursion.wide.ratio == pytest.approx(1.1)
    assert found.between["recursive", "iterative"] == (recursion.narrow, recursion.wide)


def test_the_classic_update_and_the_users_allocator_are_preferred():
    both = facts(
        [*times("fused", "steady", recursive=1.5), *times("fused", recursive=1.4), *times("deferred", "steady", recursive=1.3), *times()]
    )
    assert (both.conditions["update"], both.conditions["allocator"]) == ("deferred", "default")
    assert both.rows[1].narrow.ratio == pytest.approx(1.1)
    alone = facts(times("fused", "steady", recursive=1.5))
    assert (alone.conditions["update"], alone.conditions["allocator"]) == ("fused", "steady")


def test_one_width_is_one_place_and_another_baseline_is_that():
    found = facts(times(shapes=((4, 8), (64, 8))), baseline="recursive")
    assert (found.narrow, found.wide) == (Place(64, 8), None)
    assert found.rows[0].narrow.ratio == pytest.approx(1 / 1.1)
    assert found.rows[1].narrow is None


def test_peaks_are_those_of_the_wide_network_beside_the_baselines():
    found = facts(times(), peaks=memory(("iterative", 200), ("recursive", 150)))
    assert found.peak_at == Place(64, 64)
    assert [row.peak_ratio for row in found.rows] == [PeakRatio(1.0), PeakRatio(0.75)]
    assert facts(times(), peaks=memory(("iterative", 200), width=16)).peak_at is None


def test_memory_alone_has_peaks_and_no_times():
    tables = pd.concat(
        [memory(("iterative", 90), ("recursive", 80), update="fused"), memory(("iterative", 200), ("recursive", 150), width=16)]
    )
    found = facts(peaks=tables)
    assert (found.narrow, found.wide, found.peak_at) == (None, None, Place(64, 16))
    assert [row.peak_ratio for row in found.rows] == [PeakRatio(1.0), PeakRatio(0.75)]
    assert facts() is None


def test_depths_are_those_of_the_running_python_or_of_the_newest():
    rows = [
        row(
            "limits.csv",
            {
                "machine": "m",
                "python": python,
                "impl": "recursive",
                "recursion_limit": limit,
                "deepest_ok": deepest,
                "status": status,
                "seconds": 1.0,
                "problem": BACKPROPAGATION,
            },
        )
        for python in ("3.9.18", "3.11.7")
        for limit, deepest, status in ((1000, 987 if python == "3.11.7" else 900, "recursion_error"), (10**8, 10_000, "ok"))
    ]
    limits = pd.DataFrame(rows, columns=list(SCHEMAS["limits.csv"])).astype(SCHEMAS["limits.csv"])
    for running, python, deepest in (("3.9.18", "3.9.18", 900), ("3.11.7", "3.11.7", 987), ("3.14.0", "3.11.7", 987)):
        found = facts(times(), machine={"python": running}, limits=limits)
        recursion = found.rows[1]
        assert (found.python, recursion.as_it_comes.deepest, recursion.raised.deepest) == (python, deepest, 10_000)
        assert recursion.raised.setting == LIMIT_RAISED
        assert found.rows[0].as_it_comes is None


def test_a_result_is_what_holds_for_all_its_trainings():
    def trained(impl, apart):
        return TrainingResult("d", 4, impl, "fused", 1, (0.1,), (0.1,), 0.9, 0.9, apart)

    found = facts(times(), training=[trained("iterative", 0.0), trained("recursive", 0.0), trained("recursive", 1e-9)])
    assert [row.result for row in found.rows] == ["same", "close"]
    assert facts(times(), training=[trained("recursive", 0.5)]).rows[1].result == "differs"
