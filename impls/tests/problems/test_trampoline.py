"""The trampoline answers what recursion would, and lets errors through."""

import pytest

from impls.problems.trampoline import trampoline


def fibonacci(n):
    return n if n < 2 else (yield fibonacci(n - 1)) + (yield fibonacci(n - 2))


def is_even(n):
    return True if n == 0 else (yield is_odd(n - 1))


def is_odd(n):
    return False if n == 0 else (yield is_even(n - 1))


def fails_at_the_bottom(n):
    if n == 0:
        raise LookupError("the bottom")
    yield fails_at_the_bottom(n - 1)


def test_every_call_gets_its_own_answer():
    assert [trampoline(fibonacci(n)) for n in range(10)] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]


def test_calls_may_take_turns_and_be_deep():
    assert trampoline(is_even(100_000)) is True
    assert trampoline(is_odd(100_000)) is False


def test_an_error_ends_all_calls():
    with pytest.raises(LookupError, match="the bottom"):
        trampoline(fails_at_the_bottom(1_000))
