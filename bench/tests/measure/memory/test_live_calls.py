"""The profile of a call: what is alive at each line by hand, the frames by their formula, and nothing of the hook's own."""

import json
import sys
from functools import partial
from itertools import pairwise

import pytest

from bench.measure.memory import live_calls
from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.memory.live_calls import CallEvent, call_events, profile
from bench.measure.memory.meters import Unmeasurable, heap_peak
from bench.measure.subjects.calls import CallBench
from bench.measure.subjects.own_code import OwnCode
from impls.problems import PROBLEMS

INT = sys.getsizeof(1_000)
BLOCK = sys.getsizeof(bytes(1_000))
NOISE = 300  # integers; and the frame's object of an exception's traceback, which cannot be told from the hook's
EACH = [(problem, name) for problem in PROBLEMS.values() for name in problem.by_name]


def countdown(n):
    if n == 0:
        return 0
    return countdown(n - 1)


def keeps_three():
    kept = []
    for size in (1_000, 1_000, 1_000):
        kept.append(bytes(size))
    kept.pop()
    kept.clear()
    return len(kept)


def numbers(n):
    while True:
        yield bytes(n)
        n += 0


def takes_two_and_leaves():
    made = numbers(1_000)
    first = next(made)
    second = next(made)
    del made
    return len(first) + len(second)


def events_of(function, *arguments):
    return call_events(partial(function, *arguments), OwnCode(function))


def test_a_recursion_over_small_numbers_takes_frames_and_nothing_of_the_heap():
    events = events_of(countdown, 3)
    a_call = [("call", 1), ("line", 1), ("line", 1)]
    assert [(event.phase, event.frames) for event in events] == [
        *((phase, frames + depth) for depth in range(4) for phase, frames in a_call),
        *(("return", frames) for frames in (4, 3, 2, 1)),
    ]
    assert [event.frame_bytes for event in events] == [event.frames * frame_bytes(countdown.__code__) for event in events]
    assert {(event.live_bytes, event.peak_bytes) for event in events} == {(0, 0)}


def test_a_list_that_grows_and_shrinks_is_followed_line_by_line():
    events = events_of(keeps_three)
    assert [event.frames for event in events] == [1] * len(events)
    alive = [event.live_bytes for event in events]
    before_each = [alive[n] for n in (3, 5, 7)]  # call, kept = [], for, append, for, append, ...
    assert [round((live - before_each[0]) / BLOCK) for live in before_each] == [0, 1, 2]
    before_pop, before_clear, before_return = alive[9:12]
    assert before_pop - before_clear == BLOCK
    assert before_clear - before_return >= 2 * BLOCK
    assert before_return < before_each[0] + NOISE


def test_a_suspended_generator_counts_once_and_is_gone_when_it_is_dropped():
    events = events_of(takes_two_and_leaves)
    assert [event.phase for event in events if event.frames == 2].count("call") == 3, "twice for an item, and once to be closed"
    assert events[-1].live_bytes <= 2 * BLOCK + 2 * INT
    assert max(event.frame_bytes for event in events) == events[0].frame_bytes, "its frame is on the heap"


@pytest.mark.parametrize(("problem", "name"), EACH, ids=[f"{problem.name}-{name}" for problem, name in EACH])
def test_the_most_alive_is_the_heaps_peak(problem, name):
    bench = CallBench(problem, 5, 2)
    solution = problem.by_name[name]
    events = call_events(bench.step(solution, 2), OwnCode(solution.function))
    peak = max(event.peak_bytes for event in events)
    assert peak == pytest.approx(heap_peak(bench.step(solution, 2), 1), abs=4 * NOISE)  # a first call may make something that stays
    assert min(event.live_bytes for event in events) >= 0
    assert (events[0].phase, events[0].frames, events[-1].phase, events[-1].frames) == ("call", 1, "return", 1)


def test_a_peak_inside_a_line_is_seen():
    def within():
        return len(bytes(50_000) + bytes(50_000))

    [*_, last] = events_of(within)
    assert last.live_bytes < NOISE
    assert 200_000 <= last.peak_bytes < 200_000 + NOISE


def test_what_a_library_does_is_no_event_and_its_frames_count():
    def reads():
        return json.loads("[1, 2]", parse_int=lambda text: 0)

    events = events_of(reads)
    assert [(event.phase, event.frames) for event in events] == [
        ("call", 1), ("line", 1), *[("call", 2), ("line", 2), ("return", 2)] * 2, ("return", 1),
    ]  # fmt: skip
    assert events[2].frame_bytes > events[0].frame_bytes + frame_bytes(json.loads.__code__)


def test_a_call_without_lines_of_its_own_has_no_events():
    assert events_of(sorted, [2, 1]) == []


def test_too_many_lines_are_not_followed(monkeypatch):
    monkeypatch.setattr(live_calls, "MOST_EVENTS", 10)
    with pytest.raises(Unmeasurable, match="10 lines or more"):
        events_of(countdown, 10)
    assert sys.gettrace() is None


def test_few_events_are_all_in_the_profile_and_many_keep_first_last_and_peak():
    events = [CallEvent(1, "line", 10 * (n % 7), 100, 0) for n in range(5_000)]
    events[3_210] = CallEvent(9, "call", 12_345, 900, 12_345)
    assert profile(events[:3]) == [(n, 1, "line", 10 * n, 100) for n in range(3)]
    points = profile(events)
    assert len(points) <= 600
    assert (3_210, 9, "call", 12_345, 900) in points
    assert (points[0][0], points[-1][0]) == (0, 4_999)
    assert [point[0] for point in points] == sorted({point[0] for point in points})
    widest = max(later[0] - earlier[0] for earlier, later in pairwise(points))
    assert widest <= 2 * 5_000 / 299, "evenly"


def test_tracing_ends_when_a_call_raises():
    with pytest.raises(ZeroDivisionError):
        events_of(lambda: 1 / 0)
    assert sys.gettrace() is None
