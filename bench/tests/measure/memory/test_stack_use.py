"""The stack that a call uses: its frames and their bytes, by the formula times the depth."""

from functools import partial

from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.subjects.stack_use import stack_use


def countdown(n):
    return countdown(n - 1) if n else 0


def down(n):
    yield n
    if n:
        yield from down(n - 1)


def collect(n):
    return list(down(n))


def test_a_recursion_takes_its_frames_times_its_depth():
    for n in (0, 1, 100):
        assert stack_use(partial(countdown, n)) == (n + 1, (n + 1) * frame_bytes(countdown.__code__))


def test_generators_are_frames_that_are_not_on_the_stack():
    assert stack_use(partial(collect, 10)) == (1 + 11, frame_bytes(collect.__code__))


def test_a_call_of_no_python_function_takes_none():
    assert stack_use(partial(sorted, [2, 1])) == (0, 0)
