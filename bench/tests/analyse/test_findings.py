"""The answers about time, word by word, from figures made so that every ratio is known."""

from bench.analyse.findings import TOO_FEW, findings
from bench.analyse.summary import parts
from bench.plan.cells import Cell
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
    found = {}
    for one in findings(parts(time_rows(*rows), "iterative"), "iterative"):
        found.setdefault(one.question, []).append(one.answer)
    return found


def test_recursion_against_the_kept_list():
    with_default, kept = answers()["Is there a speed difference worth noticing?"]
    assert with_default == (
        "With the default allocator, recursion against the kept list is faster in 1 of 2 cells and slower in 1. At best it takes 0.750 "
        "times the CPU time [0.750, 0.750] (depth 4, width 64), at worst 1.080 times [1.080, 1.080] (depth 4, width 8)."
    )
    assert kept.startswith("With freed memory kept, recursion against the kept list is the same within 1 % in 2 of 2 cells.")


def test_what_of_recursion_is_calls_and_what_fresh_frames():
    with_default, kept = answers()["What do the function calls themselves cost?"]
    assert with_default == (
        "With the default allocator, against a list that is popped, and so lets go of its arrays just as early, recursion in the deepest "
        "networks takes 1.080 times the CPU time [1.080, 1.080] at width 8 and 1.000 times [1.000, 1.000] at width 64. It is slower up to "
        "width 8, and from width 64 on not for certain. That is calls, and fresh pages for their frames, which CPython 3.11 to 3.13 gives "
        "back as they return (python/cpython#142183)."
    )
    assert kept.endswith("At no width is it slower for certain. Frames find room that is there already, so that is the calls alone.")


def test_what_popping_saves_and_what_a_step_is_made_of():
    found = answers()
    assert found["What does it save to release the cache early?"] == [
        "Popping the list, against keeping it: with the default allocator it is faster in 1 of 2 cells and the same within 1 % in 1, at "
        "best 0.750 times the CPU time [0.750, 0.750] (depth 4, width 64); with freed memory kept it is the same within 1 % in 2 of 2 "
        "cells, at best 1.000 times the CPU time [1.000, 1.000] (depth 4, width 8)."
    ]
    assert found["How much of a step is arithmetic?"] == [
        "A whole step takes 4.000 times the time of its matrix products alone [4.000, 4.000] at width 8 and 1.200 times [1.200, 1.200] at "
        "width 64."
    ]
    [trust] = found["Can these figures be trusted?"]
    assert "contains 1 in 4 of 4 cells" in trust


def test_nothing_is_claimed_before_intervals_close():
    assert set(answers(passes=3)["Is there a speed difference worth noticing?"]) == {TOO_FEW}
