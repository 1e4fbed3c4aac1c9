"""The check of a problem says in one sentence what is wrong, with the smallest input that shows it."""

import re
import sys

import numpy as np
import pytest

from impls import Problem, Solution
from impls.contract import BrokenContract
from impls.problem_contract import INPUTS, NoInput, check_solution


def setup(depth, width, rng):
    return rng.integers(100, size=depth * width).tolist()


def iterative(numbers):
    total = 0
    for number in numbers:
        total += number
    return total


def recursive(numbers):
    return numbers[0] + recursive(numbers[1:]) if numbers else 0


def problem(other=recursive, first=iterative, **changes):
    other = other if isinstance(other, Solution) else Solution(other, name="other")
    return Problem(**{"name": "sums", "setup": setup, "implementations": [Solution(first, name="first"), other], **changes})


def broken(checked, name="other", **options):
    with pytest.raises(BrokenContract) as caught:
        check_solution(checked, name, **options)
    return str(caught.value)


def no_input(makes):
    with pytest.raises(NoInput) as caught:
        check_solution(problem(setup=makes), "first")
    return re.sub(r"0x[0-9a-f]+", "0x", str(caught.value))


def test_what_agrees_on_every_input_is_sound():
    for name in ("first", "other"):
        check_solution(problem(), name)


def test_the_smallest_input_that_shows_a_difference_is_named():
    def wrong(numbers):
        return sum(numbers) + (len(numbers) > 3)

    told = re.fullmatch(r"gives (\d+) where first gives (\d+), at depth 2, width 2", broken(problem(wrong)))
    assert told
    assert int(told[1]) == int(told[2]) + 1
    assert min(depth * width for depth, width, _ in INPUTS if depth * width > 3) == 4


@pytest.mark.parametrize("depth", [1, 5, 7])
def test_what_goes_wrong_at_one_depth_alone_is_found(depth):
    def off(numbers):
        return sum(numbers) + (len(numbers) == depth)

    assert broken(problem(off)).endswith(f"at depth {depth}, width 1")


def test_the_answers_of_another_baseline_can_be_the_right_ones():
    checked = problem(lambda numbers: 7)
    assert broken(checked, "first", baseline="other") == "gives 0 where other gives 7, at depth 0, width 1"


def stop(numbers):
    sys.exit(3)


def exhausted(numbers):
    raise MemoryError


def endless(numbers):
    return endless(numbers)


async def later(numbers):
    return sum(numbers)


def popped(numbers):
    total = 0
    while numbers:
        total += numbers.pop()
    return total


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (stop, r"ends the process \(SystemExit\), at depth 0, width 1"),
        (exhausted, "raises MemoryError, at depth 0, width 1"),
        (endless, r"raises RecursionError although the recursion limit is \d+, so most likely it never ends, at depth 0, width 1"),
        (lambda numbers: 1 / 0, "raises ZeroDivisionError: division by zero, at depth 0, width 1"),
        (lambda numbers: (number for number in numbers), "returns a generator, whose work is not done yet, .*; return list.*"),
        (later, "returns a coroutine, whose work is not done yet, .*"),
        (lambda numbers: map(str, numbers), "returns an iterator, whose work is not done yet, .*"),
        (lambda numbers, start: 0, r"cannot be called with the one argument that setup gives \(missing.*'start'\), .* return a tuple .*"),
        (lambda numbers: float(sum(numbers)), "gives 0.0 where first gives 0, at depth 0, width 1"),
        (lambda numbers: type("Odd", (), {"__repr__": lambda self: 1 / 0})(), "gives something whose repr raises ZeroDivisionError .*"),
        (popped, "changes its arguments, at depth 1, width 1; say mutates=True, and every call has fresh ones"),
    ],
)
def test_what_is_wrong_with_an_implementation_is_one_sentence(other, sentence):
    assert re.fullmatch(sentence, broken(problem(other)))


def test_a_baseline_that_answers_otherwise_each_time_is_found():
    count = iter(range(1_000))
    assert (
        broken(problem(first=lambda numbers: next(count)), "first") == "gives 1 and then 2, at depth 0, width 1"
    )  # is there one of depth 0?


@pytest.mark.parametrize(
    ("equal", "sentence"),
    [
        (lambda one, other: None, "equal returns None; return True or False"),
        (lambda one, other: np.array([True, False]), r"equal returns an array; reduce it by all\(\)"),
        (lambda one, other: 1 / 0, "equal raises ZeroDivisionError: division by zero"),
        (lambda one, other: sys.exit(), r"equal ends the process \(SystemExit\)"),
        (lambda one: True, "equal raises TypeError: .*"),
    ],
)
def test_an_equal_that_cannot_say_is_told(equal, sentence):
    told = broken(problem(equal=equal))
    assert re.fullmatch(rf"gives answers that cannot be compared, at depth 0, width 1: {sentence}", told)


def test_answers_that_cannot_be_compared_are_told():
    class Odd:
        __hash__ = None

        def __eq__(self, other):
            raise TypeError("never")

    assert "cannot be compared: TypeError: never" in broken(problem(lambda numbers: Odd(), lambda numbers: Odd()))


def test_rounding_has_a_remedy_and_anything_else_has_not():
    def backwards(numbers):
        return sum(0.1 * number for number in reversed(numbers))

    def forwards(numbers):
        return sum(0.1 * number for number in numbers)

    told = broken(problem(backwards, forwards))
    assert told.endswith("; if rounding may differ, give equal=numpy.allclose")
    check_solution(problem(backwards, forwards, equal=np.allclose), "other")
    assert "rounding" not in broken(problem(lambda numbers: forwards(numbers) + 1, forwards))


@pytest.mark.parametrize(
    ("makes", "sentence"),
    [
        (lambda depth, width, rng: {0: 0}[depth], r"setup\(1, 1, rng\) raises KeyError: 1"),
        (lambda depth, width, rng: sys.exit(), r"setup\(0, 1, rng\) ends the process \(SystemExit\)"),
        (lambda depth, width: 0, r"setup\(1, 1, rng\) raises TypeError: .* takes 2 positional arguments but 3 were given"),
        (lambda depth, width, rng: iter([1]), r"setup\(0, 1, rng\) gives an iterator, which the first call uses up; return a list"),
        (
            lambda depth, width, rng: [np.random.default_rng().random()],
            r"setup\(0, 1, rng\) makes other arguments each time \(\(\[.*\],\) and then .*\); take what is random from rng alone",
        ),
    ],
)
def test_what_is_wrong_with_setup_is_one_sentence(makes, sentence):
    assert re.fullmatch(sentence, no_input(makes))


def test_setup_need_not_have_an_input_of_depth_0():
    def from_1(depth, width, rng):
        return setup(depth, width, rng) if depth else {}["depth 0"]

    def not_of_nothing(numbers):
        return numbers[0] + (not_of_nothing(numbers[1:]) if numbers[1:] else 0)

    check_solution(problem(not_of_nothing, setup=from_1), "other")
    check_solution(problem(iterative, not_of_nothing), "other")


def test_what_setup_returns_is_told_where_it_may_be_what_is_wrong():
    assert broken(problem(setup=lambda depth, width, rng: None)).endswith("; setup returns None: is its return missing?")
    assert broken(problem(setup=lambda depth, width, rng: [[1], 0])).endswith("return a tuple for several")
    assert broken(problem(setup=lambda depth, width, rng: (1, 2))).endswith("return (it,) for one")


def test_arguments_that_setup_hands_out_again_and_again_are_seen_to_change():
    made = [1, 2]
    assert broken(problem(popped, setup=lambda depth, width, rng: made)).startswith("changes its arguments, at depth 0")


def test_of_a_function_that_changes_its_arguments_and_returns_nothing_they_are_the_answer():
    def sort(numbers):
        numbers.sort()

    def by_insertion(numbers):
        for i in range(1, len(numbers)):
            k = i
            while k and numbers[k] < numbers[k - 1]:
                numbers[k], numbers[k - 1] = numbers[k - 1], numbers[k]
                k -= 1

    check_solution(problem(by_insertion, sort, mutates=True), "other")
    assert "gives ([" in broken(problem(lambda numbers: None, sort, mutates=True))


def test_it_is_told_what_is_tried_and_ends_when_that_is_enough():
    tried = []
    check_solution(problem(), "other", announce=tried.append, enough=lambda: len(tried) >= 4)
    assert tried == ["setup(0, 1, rng)", "at depth 0, width 1", "setup(0, 1, rng)", "at depth 0, width 1, seed 1"]
