"""Hand-made folders of problems whose implementations share their names, as those of most problems do."""

from bench.measure.workers.endings import RAISED_LIMIT
from bench.plan.cells import Cell
from bench.plan.described import NETWORKS
from bench.record.folder import write_machine
from bench.record.schemas import row
from bench.record.tables import Table, as_rows
from bench.tests.rows import memory_table, time_rows, visit_rows

TREE, WALK = "my_tree", "my_walk"
US = 1e3
LOOP = "def iterative(tree):\n    return tree"
RECURSION = "def recursive(tree):\n    return recursive(tree)"
SAID = {
    TREE: {"title": "tree of mine", "level": "storey", "call": "call", "input": "tree"},
    WALK: {"title": "walk of mine", "level": "node", "call": "walk", "input": "path"},
}
TOLD = {
    "iterative": {"title": "loop", "control_flow": "loop", "source": LOOP},
    "recursive": {"title": "recursion", "control_flow": "recursion", "source": RECURSION},
}


def told(problem):
    """What machine.json says of a problem."""
    return {**SAID[problem], "baseline": "iterative", "implementations": TOLD, "refused": {}}


def machine(*problems, **more):
    """A machine.json that says what a run of these problems does."""
    return {
        "machine": "m",
        "python": "3.11.7",
        "cpu": "A processor",
        "cores": 2,
        "problems": {problem: told(problem) for problem in problems},
        "settings": {"baseline": "iterative", "method": "here"},
        "warnings": [],
        **more,
    }


def times(problem, ratio, shapes=((4, 2), (8, 2), (12, 2)), passes=20, allocator="default", raised_from=None, scatter=0.0):
    """Rows of time.csv in which recursion takes so many times as long as the loop."""
    rows = []
    for number in range(1, passes + 1):
        for depth, width in shapes:
            step = 10 * US * depth
            off = 1 + scatter * (number % 2)
            place = {
                "cell": Cell.of_problem(problem, depth, width, allocator).id,
                "problem": problem,
                "depth": depth,
                "width": width,
                "allocator": allocator,
                "pass": number,
                **dict.fromkeys(("dataset", "batch", "dtype", "update")),
            }
            rows += visit_rows({"iterative": (step, step), "control": (step, step)}, **place)
            detail = {"detail": RAISED_LIMIT} if raised_from is not None and depth >= raised_from else {}
            rows += visit_rows({"recursive": (step * ratio * off, step * ratio * off)}, **place, **detail)
    return rows


def peaks(problem, *read, depth=12, width=2):
    """Rows of memory.csv: (implementation, meter, bytes)."""
    place = ["m", Cell.of_problem(problem, depth, width, "default").memory_id, None, None, depth, width, None, None]
    rows = memory_table([[*place, impl, meter, size, None, "ok"] for impl, meter, size in read])
    return rows.assign(problem=problem)


def limit(problem, impl, deepest, status="recursion_error", recursion_limit=1000):
    """A row of limits.csv."""
    facts = {
        "machine": "m", "python": "3.11.7", "impl": impl, "recursion_limit": recursion_limit, "deepest_ok": deepest,
        "first_failure": None if status == "ok" else deepest + 1, "status": status, "seconds": 1.0, "problem": problem,
    }  # fmt: skip
    return row("limits.csv", facts)


def write_problem(folder, *problems, ratio=3.9, record=None, networks=False, **how):
    """A results folder of these problems, and of backpropagation beside them if wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [made for problem in problems for made in times(problem, ratio, **how)]
    if networks:
        rows += [
            made
            for number in range(1, 21)
            for made in visit_rows(
                {"iterative": (1e6, 1e6), "recursive": (1.2e6, 1.2e6), "control": (1e6, 1e6)},
                **{"pass": number, "cell": "breast_cancer-b32-d4-w8-float64-deferred-default", "problem": NETWORKS.name},
            )
        ]
    Table(folder, "time.csv").replace(as_rows(time_rows(*rows)))
    figures = [("iterative", "heap", 100), ("iterative", "frames", 196), ("recursive", "heap", 4_000), ("recursive", "frames", 1_506)]
    Table(folder, "memory.csv").replace([made for problem in problems for made in as_rows(peaks(problem, *figures))])
    searches = [
        limit(problem, impl, deepest, status, recursion_limit)
        for problem in problems
        for impl, deepest, status, recursion_limit in (
            ("iterative", 100_000, "ok", 1000),
            ("recursive", 493, "recursion_error", 1000),
            ("recursive", 15_744, "segfault", 10**8),
        )
    ]
    Table(folder, "limits.csv").replace(searches)
    clear = [[impl, lines, 1, 2, 1, 4.0, 80.0, problem] for problem in problems for impl, lines in (("iterative", 7), ("recursive", 3))]
    Table(folder, "clarity.csv").replace(clear)
    write_machine(folder, machine(*problems) if record is None else record)
    return folder
