"""A traced call is the call that ran: its lines, frames, values, containers and bytes are those worked out by hand."""

import linecache
from functools import partial

import pytest

from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.tracing.calls.records import CallStep, CallTrace, in_step
from bench.measure.tracing.calls.trace_call import trace_call
from bench.measure.tracing.calls.tracer import TooLong
from bench.plan.problems import load_problem
from bench.tests.places import ROOT
from impls import Problem, Solution
from impls.problems import PROBLEMS

EACH = pytest.mark.parametrize(
    ("problem", "name"),
    [(problem, name) for problem in PROBLEMS.values() for name in problem.by_name],
    ids=lambda value: getattr(value, "name", value),
)
LISTS = """
from impls import Problem

def setup(depth, width, rng):
    node = None
    for number in reversed(range(1, depth + 1)):
        node = (number, node)
    return (node,)

def recursive(node):
    if node is None:
        return 0
    return node[0] + recursive(node[1])

def iterative(node):
    total = 0
    while node is not None:
        total += node[0]
        node = node[1]
    return total

def stacked(node):
    ahead, total = [node], 0
    while ahead:
        node = ahead.pop()
        if node is not None:
            total += node[0]
            ahead.append(node[1])
    return total

problem = Problem("lists", setup, [recursive, iterative, stacked])
"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """A list of two nodes, 1 and 2, summed in three ways."""
    path = tmp_path_factory.mktemp("lists") / "lists.py"
    path.write_text(LISTS)
    return load_problem(str(path))


def traced(problem, name, depth=2, width=1):
    trace = trace_call(problem, problem.by_name[name], depth, width)
    assert (trace.status, trace.detail) == ("ok", "")
    return trace


def code(problem, name):
    return problem.by_name[name].function.__code__


def frames(trace, step):
    return [trace.frames[place] for place in step.frames]


def values(trace, step):
    """Of each frame, what its variables hold, and what it gives."""
    return [(*(value for _, value in frame.values), *([f"-> {frame.gives}"] if frame.gives else [])) for frame in frames(trace, step)]


def held(trace, step):
    return [trace.containers[place].items for place in step.containers]


def test_recursion_over_two_nodes_goes_down_and_unwinds(lists):
    trace = traced(lists, "recursive")
    first = code(lists, "recursive").co_firstlineno
    both, second, end = "(1, (2, None))", "(2, None)", "None"
    assert [(step.event, step.line - first, values(trace, step)) for step in trace.steps] == [
        ("call", 0, [(both,)]),
        ("line", 1, [(both,)]),
        ("call", 3, [(both,), (second,)]),
        ("line", 1, [(both,), (second,)]),
        ("call", 3, [(both,), (second,), (end,)]),
        ("line", 1, [(both,), (second,), (end,)]),
        ("return", 2, [(both,), (second,), (end, "-> 0")]),
        ("return", 3, [(both,), (second, "-> 2")]),
        ("return", 3, [(both, "-> 3")]),
    ]
    a_frame = frame_bytes(code(lists, "recursive"))
    assert [step.frame_bytes // a_frame for step in trace.steps] == [1, 1, 2, 2, 3, 3, 3, 2, 1]
    assert {step.heap_bytes for step in trace.steps} == {0}
    assert trace.peak_bytes == 3 * a_frame
    assert [frame.key for frame in frames(trace, trace.steps[6])] == [1, 2, 3]
    assert trace.answer == "3"


def test_the_loop_over_two_nodes_has_one_frame_and_a_total(lists):
    trace = traced(lists, "iterative")
    first = code(lists, "iterative").co_firstlineno
    lines = [step.line - first for step in trace.steps if step.event == "line"]
    assert lines == [1, 2, 3, 4, 2, 3, 4, 2]
    assert [(step.event, step.line - first) for step in trace.steps[::9]] == [("call", 0), ("return", 5)]
    totals = [dict(frames(trace, step)[0].values).get("total", "") for step in trace.steps]
    assert totals == ["", "0", "0", "1", "1", "1", "3", "3", "3", "3"]
    assert values(trace, trace.steps[-1]) == [("None", "3", "-> 3")]
    assert {len(step.frames) for step in trace.steps} == {1}
    assert {step.frame_bytes for step in trace.steps} == {frame_bytes(code(lists, "iterative"))}
    assert trace.containers == ()


def test_an_explicit_stack_is_a_container_in_every_state(lists):
    trace = traced(lists, "stacked")
    states = [
        state for n, state in enumerate(held(trace, step) for step in trace.steps) if not n or state != held(trace, trace.steps[n - 1])
    ]
    assert states == [[], [("(1, (2, None))",)], [()], [("(2, None)",)], [()], [("None",)], [()]]
    assert {name for frame in trace.frames for name, _ in frame.containers} == {"ahead"}
    assert not any("ahead" in dict(frame.values) for frame in trace.frames)


def test_the_programs_are_kept_in_step_by_their_visits(lists):
    pair = [traced(lists, name) for name in ("recursive", "iterative")]
    assert [*in_step(pair)] == [
        (0, (0, 0)), (0, (0, 1)),  # nothing is done equally often before
        (1, (0, 2)), (1, (1, 3)), (1, (1, 4)),
        (2, (2, 5)), (2, (3, 6)), (2, (3, 7)),
        (3, (4, 8)), (3, (5, 9)), (3, (6, 9)), (3, (7, 9)), (3, (8, 9)),
    ]  # fmt: skip


def step(event, line, n=0):
    return CallStep(event, "mine.py", line, (n,), (), 0, 0, 0)


def test_programs_with_nothing_in_common_are_kept_in_step_by_their_shares():
    short, long = (CallTrace(name, name, steps=tuple(step("line", k) for k in range(count))) for name, count in (("a", 2), ("b", 4)))
    assert [at for _, at in in_step([short, long])] == [(0, 0), (0, 1), (1, 2), (1, 3)]


@EACH
def test_every_line_is_a_line_of_the_source(problem, name):
    trace = traced(problem, name, 2, 2)
    text = {(function.file, number): line for function in trace.functions for number, line in function.lines}
    assert all(line.strip() in linecache.getline(str(ROOT / file), number) for (file, number), line in text.items())
    assert {(step.file, step.line) for step in trace.steps} <= set(text)
    assert trace.functions[0].file == f"impls/problems/{problem.name}.py"


@EACH
def test_calls_and_returns_are_paired_and_the_last_gives_the_answer(problem, name):
    trace = traced(problem, name, 2, 2)
    events = [step.event for step in trace.steps]
    assert events.count("call") == events.count("return")
    assert events.count("resume") == events.count("yield")
    assert (events[0], events[-1], len(trace.steps[-1].frames)) == ("call", "return", 1)
    assert frames(trace, trace.steps[-1])[0].gives
    depth = 0
    for step in trace.steps:
        depth += step.event in ("call", "resume")
        assert len(step.frames) == depth
        depth -= step.event in ("return", "yield")
        assert step.peak_bytes >= step.heap_bytes + step.frame_bytes


def test_generators_that_wait_are_in_the_list_that_holds_them():
    trace = traced(PROBLEMS["linked_list"], "generators")
    longest = max((held(trace, step)[0] for step in trace.steps if step.containers), key=len)
    assert [item.partition("(")[0] for item in longest] == ["sum_in_steps"] * 3
    assert longest[-1] == "sum_in_steps(None)"
    assert [step.event for step in trace.steps if step.event not in ("line", "call", "return")] == ["yield", "yield", "resume", "resume"]
    assert {function.file for function in trace.functions} == {"impls/problems/linked_list.py", "impls/problems/trampoline.py"}


def test_a_grid_that_is_filled_is_drawn_row_by_row_and_one_that_is_given_is_a_value():
    trace = traced(PROBLEMS["flood_fill"], "recursive")
    states = {held(trace, step) and held(trace, step)[0] for step in trace.steps if step.containers}
    assert ("[-1, -1, -1]", "[-1, 1, -1]", "[-1, 0, -1]", "[-1, -1, -1]") in states
    assert ("[-1, -1, -1]", "[-1, 1, -1]", "[-1, 2, -1]", "[-1, -1, -1]") in states


def problem_of(*functions, setup=lambda depth, width, rng: depth):
    return Problem("own", setup, [*functions, Solution(len, name="other")][:2])


def test_what_runs_elsewhere_or_has_no_file_says_so():
    assert trace_call(problem_of(abs), Solution(abs), 1, 1).detail == "it runs in no lines of Python"
    namespace = {}
    exec("def made(n): return n", namespace)
    trace = trace_call(problem_of(namespace["made"]), Solution(namespace["made"]), 1, 1)
    assert (trace.status, trace.detail) == ("skipped", "its source is in no file that can be read")


def test_one_that_goes_on_for_ever_is_stopped_though_it_catches_what_it_can():
    calls = []

    def stubborn(n):
        calls.append(n)
        for _ in range(1_000 if len(calls) > 1 else 1):
            try:
                n += 1
            except Exception:
                n -= 1
        return n

    with pytest.raises(TooLong):
        trace_call(problem_of(stubborn), Solution(stubborn), 1, 1)


def test_an_exception_that_passes_is_told():
    def fails(n):
        return 1 // n

    def recovers(n):
        try:
            return fails(n - 1)
        except ZeroDivisionError:
            return n

    trace = trace_call(problem_of(recovers), Solution(recovers), 1, 1)
    raised = [(frames(trace, step)[-1].function, frames(trace, step)[-1].gives) for step in trace.steps if step.event == "raise"]
    assert raised == [("fails", "ZeroDivisionError")]
    assert trace.answer == "1"


def test_a_generator_that_is_dropped_is_closed_where_it_waits():
    def numbers(n):
        while True:
            yield n

    def first(n):
        made = numbers(n)
        answer = next(made)
        del made
        return answer

    trace = trace_call(problem_of(first), Solution(first), 7, 1)
    assert trace.status == "ok"
    assert trace.answer == "7"


def test_a_program_that_runs_through_other_lines_every_time_has_no_bytes_and_so_no_steps():
    calls = []

    def moody(n):
        calls.append(n)
        if len(calls) == 2:
            n += 0
            n += 0
        return n

    trace = trace_call(problem_of(moody), Solution(moody), 1, 1)
    assert (trace.status, trace.steps) == ("skipped", ())
    assert "runs through other lines" in trace.detail


def test_arguments_that_are_changed_are_fresh_for_every_call():
    def pops(numbers):
        return sum(numbers.pop() for _ in range(len(numbers)))

    problem = problem_of(pops, setup=lambda depth, width, rng: list(range(depth)))
    trace = trace_call(problem, Solution(pops), 4, 1)
    assert trace.answer == "6"
    assert held(trace, trace.steps[0]) == [("0", "1", "2", "3")]
    assert held(trace, trace.steps[-1]) == [()]


def test_partials_and_functions_that_are_defined_inside_are_traced():
    seen = []

    def visit(n, depth):
        seen.append(depth)
        return n and visit(n - 1, depth + 1)

    solution = Solution(partial(visit, depth=0), name="visit")
    trace = trace_call(problem_of(solution), solution, 2, 1)
    assert [step.event for step in trace.steps].count("call") == 3
    assert held(trace, trace.steps[-1]) == [("0", "1", "2", "0", "1", "2")], "seen, by the call before to warm up, too"
