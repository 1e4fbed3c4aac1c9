"""The answers about time, word by word, from figures made so that every ratio is known."""

import re

from bench.analyse.summary import parts
from bench.plan.cells import Cell
from bench.show.answers import TOO_FEW, by_question
from bench.show.answers.time import ARITHMETIC, CALLS, RELEASE, SPEED, TRUST, time_answers
from bench.tests.rows import time_rows, visit_rows

MS = 1e6
TIMES = {  # (allocator, width) -> impl -> nanoseconds
    ("default", 8): {"iterative": 1 * MS, "iterative_pop": 1 * MS, "recursive": 1.08 * MS, "control": 1 * MS, "floor": 0.25 * MS},
    ("default", 64): {"iterative": 8 * MS, "iterative_pop": 6 * MS, "recursive": 6 * MS, "control": 8 * MS, "floor": 5 * MS},
    ("steady", 8): {"iterative": 1 * MS, "iterative_pop": 1 * MS, "recursive": 1 * MS, "control": 1 * MS, "floor": 0.25 * MS},
    ("steady", 64): {"iterative": 6 * MS, "iterative_pop": 6 * MS, "recursive": 6 * MS, "control": 6 * MS, "floor": 5 * MS},
}


def answers(passes=20):
    rows = [
        row
        for number in range(1, passes + 1)
        for (allocator, width), ns in TIMES.items()
        for row in visit_rows(
            {impl: (t, t) for impl, t in ns.items()},
            **{"pass": number},
            allocator=allocator,
            width=width,
            cell=Cell("breast_cancer", 32, 4, width, "float64", "deferred", allocator).id,
        )
    ]
    return by_question(time_answers(parts(time_rows(*rows), "iterative"), "iterative"))


def test_recursion_against_the_kept_list():
    with_default, kept = answers()[SPEED]
    assert with_default.text == "Yes, in 2 of 2 cells with the default allocator. Ratios are recursion's CPU time over the kept list's."
    assert with_default.items == (
        "faster: 1 cell",
        "slower: 1 cell",
        "lowest ratio: 0.750 [0.750, 0.750] at depth 4, width 64",
        "highest ratio: 1.080 [1.080, 1.080] at depth 4, width 8",
    )
    assert kept.text.startswith("No, in none of 2 cells with freed memory kept.")
    assert kept.items[0] == "the same within 1 %: 2 cells"


def test_what_of_recursion_is_calls_and_what_fresh_frames():
    with_default, kept = answers()[CALLS]
    assert with_default.text == (
        "1.080 times the CPU time at most with the default allocator, at a typical start depth. Recursion is compared with a list that is "
        "popped and so releases its arrays just as early, in the deepest networks. It is slower for certain up to width 8, and not from "
        "width 64 on. This is the cost of the calls and of fresh pages for their frames. CPython 3.11 to 3.13 gives these pages back as "
        "the calls return (python/cpython#142183)."
    )
    assert with_default.items == (
        "width 8: 1.080 [1.080, 1.080]",
        "width 64: 1.000 [1.000, 1.000]",
        "width 8, on average over start depths: 1.080 [1.080, 1.080]; "
        "0 % of recursion's starts and 0 % of the popped list's take over 1.1 times the usual time",
        "width 64, on average over start depths: 1.000 [1.000, 1.000]; "
        "0 % of recursion's starts and 0 % of the popped list's take over 1.1 times the usual time",
    )
    assert kept.text.endswith(
        "It is slower for certain at no width. Here frames find memory that is there already, so this is the cost of the calls alone."
    )


def test_what_popping_saves_and_what_a_step_is_made_of():
    found = answers()
    with_default, kept = found[RELEASE]
    assert with_default.text.startswith("25.0 % of the CPU time at best with the default allocator.")
    assert "lowest ratio: 0.750 [0.750, 0.750] at depth 4, width 64" in with_default.items
    assert kept.text.startswith("No CPU time for certain with freed memory kept.")
    assert kept.items[0] == "the same within 1 %: 2 cells"
    [arithmetic] = found[ARITHMETIC]
    assert arithmetic.text.startswith("83 % at width 64. Ratios are the time of a whole step over that of its matrix products alone")
    assert arithmetic.items == ("width 8: 4.000 [4.000, 4.000]", "width 64: 1.200 [1.200, 1.200]")
    [trust] = found[TRUST]
    assert trust.text.startswith("4 of 4 intervals of the control contain 1.")


def test_nothing_is_claimed_before_intervals_close():
    early = answers(passes=3)
    assert {answer.text for answer in early[SPEED]} == {TOO_FEW}


def test_every_answer_begins_with_yes_no_or_a_number():
    for given in answers().values():
        assert all(re.match(r"(Yes|No|\d)", answer.text) for answer in given)


def straddled(number):
    """A pass at 64 layers of width 8: one start of five takes recursion 1.5 times the time; in every third pass the kept list faults."""
    place = {"depth": 64, "width": 8, "pass": number, "cell": Cell("breast_cancer", 32, 64, 8, "float64", "deferred", "default").id}
    kept = 1.25 * MS if number % 3 == 0 else MS
    for start in range(5):
        rest = {"iterative_pop": MS, "recursive": 1.5 * MS if start == 2 else MS}
        yield from visit_rows({impl: (ns, ns) for impl, ns in rest.items()}, round=start, start_depth=20 * start, minor_faults=0.0, **place)
        yield from visit_rows(
            {"iterative": (kept, kept)}, round=start, start_depth=20 * start, minor_faults=1_000 * (kept - MS) / MS, **place
        )


def test_both_figures_and_the_share_of_starts_that_straddle():
    times = time_rows(*(row for number in range(1, 31) for row in straddled(number)))
    found = by_question(time_answers(parts(times, "iterative"), "iterative"))
    [calls] = found[CALLS]
    assert calls.text.startswith("1.000 times the CPU time at most with the default allocator, at a typical start depth.")
    assert calls.items == (
        "width 8: 1.000 [1.000, 1.000]",
        "width 8, on average over start depths: 1.100 [1.100, 1.100]; "
        "20 % of recursion's starts and 0 % of the popped list's take over 1.1 times the usual time",
    )


def test_what_a_program_can_expect_where_heap_history_decides():
    """The popped list takes 1 / 1.25 times the time in a third of the passes, and as long in the others."""
    times = time_rows(*(row for number in range(1, 31) for row in straddled(number)))
    [release] = by_question(time_answers(parts(times, "iterative"), "iterative"))[RELEASE]
    assert release.text.startswith(
        "0 to 20 % of the CPU time, depending on what else the program has allocated, with the default allocator."
    )
    assert release.items[-1] == "depth 64, width 8: 1.000 in 67 % of passes, 0.800 in the 33 % whose page faults differ"
