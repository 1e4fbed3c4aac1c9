"""What hangs, crashes or is too much costs only itself, in the check and at the sizes to measure, and is told in a sentence."""

import pytest

from bench.errors import BadInput
from bench.measure.subjects import reach
from bench.measure.subjects.reach import out_of_reach
from bench.measure.workers import problem_checks
from bench.measure.workers.known_problems import known_problem
from bench.measure.workers.problem_checks import disagreeing
from bench.plan.code_text import functions_source
from bench.tests.fixtures.odd_problems import own, third

PATIENCE_S = 5.0  # enough for a worker to start, on a busy machine too
SIZES = [(2, 1), (3, 1), (3, 2)]


@pytest.fixture
def known(tmp_path):
    def written(text):
        (tmp_path / "mine.py").write_text(text)
        return known_problem(str(tmp_path / "mine.py"))

    return written


def checked(problem):
    return disagreeing(problem, [*problem.implementations], [])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return 7", "gives 7 where iterative gives 0, at depth 0, width 1"),
        ("import os; os._exit(0)", "ends the process, at depth 0, width 1"),
        ("import ctypes; ctypes.string_at(0)", "ends the process (segmentation fault), at depth 0, width 1"),
        ("return bytearray(10**15)", "raises MemoryError, at depth 0, width 1"),
        ("return third(numbers)", "raises RecursionError although the recursion limit is 1000000, so most likely it never ends"),
    ],
)
def test_what_is_wrong_is_told_and_costs_only_itself(known, body, sentence):
    wrong = checked(known(third(body)))
    assert [*wrong] == ["third"]
    assert wrong["third"].startswith(sentence)


def test_what_prints_and_leaves_threads_is_sound(known):
    body = "print('x' * 100_000); import threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); return sum(numbers)"
    assert checked(known(third(body))) == {}


def test_a_small_input_may_need_more_calls_than_python_allows(known):
    assert checked(known(own("def setup(depth, width, rng):\n    return [1] * 3_000 * depth"))) == {}


def test_what_never_returns_costs_the_wait_once_and_the_others_go_on(known, monkeypatch):
    monkeypatch.setattr(problem_checks, "LONGEST_CALL_S", PATIENCE_S)
    wrong = checked(known(third("while len(numbers) > 1: pass\n    return sum(numbers)")))
    assert wrong == {"third": "does not return within 5 s, at depth 1, width 2"}


def test_of_a_baseline_that_is_wrong_nothing_else_is_tried(known):
    problem = known(own("def forever(numbers):\n    import os; os._exit(1)", "forever, iterative, recursive"))
    assert checked(problem) == {"forever": "ends the process (exit code 1), at depth 0, width 1"}


@pytest.mark.parametrize(
    ("setup", "sentence"),
    [
        ("raise KeyError('no')", "setup(1, 1, rng) raises KeyError: 'no'; correct setup"),
        ("import os; os._exit(3)", "setup(0, 1, rng) ends the process (exit code 3); correct setup"),
        ("import time; time.sleep(60)", "setup(0, 1, rng) takes more than 5 s; correct setup"),
    ],
)
def test_a_setup_that_fails_is_no_implementations_fault(known, monkeypatch, setup, sentence):
    monkeypatch.setattr(problem_checks, "LONGEST_CALL_S", PATIENCE_S)
    with pytest.raises(BadInput) as caught:
        checked(known(own(f"def setup(depth, width, rng):\n    {setup}")))
    assert str(caught.value).endswith(f"mine.py: {sentence}")


def too_much(known, text):
    return out_of_reach(known(text), SIZES, [])


def test_what_can_be_called_everywhere_is_within_reach(known):
    assert too_much(known, own()) == {}


def test_who_prints_is_told_once_and_measured_all_the_same(known):
    sentences = []
    talks = third("print(len(numbers))\n    return sum(numbers)")
    assert out_of_reach(known(talks), SIZES, [], sentences.append) == {}
    assert [sentence.split(":")[0] for sentence in sentences] == ["third prints"]
    assert out_of_reach(known(own()), SIZES, [], sentences.append) == {}
    assert len(sentences) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise ValueError('late')", "raises ValueError: late, at depth 3, width 1"),
        ("return -1", "gives -1 where iterative gives "),
        ("numbers.clear(); return 0", "changes its arguments, at depth 3, width 1; say mutates=True"),
        ("import os; os._exit(0)", "a call ends the process"),
    ],
)
def test_what_goes_wrong_at_larger_sizes_is_left_out_there(known, body, why):
    found = too_much(known, third(f"if len(numbers) < 3:\n        return sum(numbers)\n    {body}"))
    assert {size: [*reasons] for size, reasons in found.items()} == {(3, 1): ["third"], (3, 2): ["third"]}
    assert found[3, 1]["third"].startswith(why)


def test_what_is_too_much_at_a_size_is_not_tried_at_larger_ones(known, monkeypatch):
    monkeypatch.setattr(reach, "LONGEST_STEP_S", PATIENCE_S)
    body = "import time\n    if len(numbers) > 2:\n        time.sleep(60)\n    return sum(numbers)"
    late = "a call takes more than 5 s"
    assert too_much(known, third(body)) == {
        (3, 1): {"third": late},
        (3, 2): {"third": f"not tried, since at depth 3, width 1 {late}"},
    }


def test_a_setup_that_is_too_much_leaves_the_size_out_for_all(known):
    large = "def setup(depth, width, rng):\n    return bytearray(10**15) if depth > 2 else [1] * depth"
    why = "setup(3, 1, rng) raises MemoryError"
    assert too_much(known, own(large)) == {
        (3, 1): dict.fromkeys(("iterative", "recursive"), why),
        (3, 2): dict.fromkeys(("iterative", "recursive"), f"not tried, since at depth 3, width 1 {why}"),
    }


def test_a_setup_before_every_call_must_be_quick(known):
    slow = "def setup(depth, width, rng):\n    import time\n    time.sleep(0.5 if depth > 2 else 0)\n    return [1] * depth"
    found = too_much(known, own(slow, mutates=True))
    assert {*found} == {(3, 1), (3, 2)}
    assert all("calls of a visit needs arguments of its own; make setup faster" in why for why in found[3, 1].values())
    assert too_much(known, own(slow)) == {}


def test_answers_are_compared_after_a_crash_too(known):
    crash = "def crash(numbers):\n    if len(numbers) > 2: import os; os._exit(1)\n    return sum(numbers)\n"
    wrong = "def wrong(numbers):\n    return sum(numbers) + (len(numbers) > 2)\n"
    found = too_much(known, own(crash + wrong, "iterative, recursive, crash, wrong"))
    assert found[3, 1]["crash"] == "a call ends the process (exit code 1)"
    assert "where iterative gives" in found[3, 1]["wrong"]


def test_what_a_file_makes_without_a_def_has_its_source_here_too(known):
    made = "def adder(start):\n    def added(numbers):\n        return sum(numbers, start)\n    return added\n"
    problem = known(own(made, "iterative, adder(0), Solution(lambda numbers: sum(numbers), name='short')"))
    assert functions_source(problem.implementations["added"]) == "def added(numbers):\n    return sum(numbers, start)"
    assert functions_source(problem.implementations["short"]) == "lambda numbers: sum(numbers)"
