"""The tables of docs/recursion-or-loop.md, made from results/reference/problems: a folder a version of CPython."""

from __future__ import annotations

import pandas as pd

from bench.plan.described import plural
from bench.tests.reference import spaced, table
from impls.problems import PROBLEMS

ENDS = {"ok": "+", "recursion_error": "", "segfault": " S", "timeout": "+", "out_of_memory": " M"}
DEEP = 100_000  # levels that every interpreter was asked to try at most
TIMES = 2  # from here on it is said how many times as long
KINDS = {  # what a reader has before them, by the problem that stands for it
    "linked_list": "a chain: [linked list](#linked-list)",
    "tree_sum": "a tree that branches: [tree sum](#tree-sum)",
    "flood_fill": "a maze, a grid, a graph: [flood fill](#flood-fill)",
    "merge_sort": "data that are halved: [merge sort](#merge-sort)",
    "nested_json": "a document that others send: [nested JSON](#nested-json)",
    "hanoi": "nothing but calls: [towers of Hanoi](#towers-of-hanoi)",
}


def versions(folder):
    """The folders by version, oldest first: 3.11, 3.12, ..."""
    there = [each for each in folder.iterdir() if (each / "summary.csv").exists()]
    return dict(sorted((tuple(map(int, each.name.split("."))), each) for each in there))


def name_of(version):
    return ".".join(map(str, version))


def ratios(folder):
    """(problem, implementation) -> the CPU time over the loop's in the largest cell as Python comes, with its interval."""
    rows = pd.read_csv(folder / "summary.csv")
    rows = rows[(rows["metric"] == "cpu") & (rows["allocator"] == "default") & (rows["baseline"] == "iterative")]
    largest = rows.sort_values(["depth", "width"]).groupby(["problem", "impl"]).tail(1)
    return {(row.problem, row.impl): row for row in largest.itertuples()}


def ratio_words(row):
    if row is None:
        return "not measured"
    return f"{row.ratio:.2f} [{row.low:.2f}, {row.high:.2f}]" if row.low > 0 else f"{row.ratio:.2f} (open)"


def depths(folder):
    """(problem, implementation) -> the row with Python's own limit, and the row with it raised."""
    rows = pd.read_csv(folder / "limits.csv")
    rows = rows[rows["stack_bytes"].isna() & rows["problem"].isin(PROBLEMS)]
    raised = rows["recursion_limit"] == 10**8
    return tuple({(row.problem, row.impl): row for row in those.itertuples()} for those in (rows[~raised], rows[raised]))


def depth_words(row):
    """ "994": the deepest that went well; "100 000+" if it was the deepest that was tried; S: then a segmentation fault."""
    return "not measured" if row is None else f"{spaced(int(row.deepest_ok))}{ENDS[row.status]}"


def use(problem, newest, known):
    """What to use, by rules: depth first, and then time."""
    own, _ = depths(newest)
    limit, row = own.get((problem.name, "recursive")), known.get((problem.name, "recursive"))
    stopped = limit is not None and limit.status in ("recursion_error", "segfault")
    if stopped and limit.deepest_ok < DEEP:
        return "a loop"
    if row is None or row.verdict == "undecided":
        return "either"
    return "a loop" if row.verdict == "slower" else "recursion"


def beside_the_loop(rows):
    """How much longer or shorter it takes than the loop, from the version where it is least to that where it is most."""
    if any(row is None or row.verdict not in ("slower", "faster") for row in rows) or len({row.verdict for row in rows}) > 1:
        return "undecided"
    low, high = (bound(row.ratio for row in rows) for bound in (min, max))
    if high >= TIMES:
        return f"{low:.1f} to {high:.1f} times as long"
    return f"{span([round(100 * abs(ratio - 1)) for ratio in (low, high)])} % {rows[0].verdict}"


def bytes_a_level(problem, folder):
    """What recursion takes for each level of its input: measured where it goes deep; else what its frames take, by their code, at the
    size that was timed. None if neither is known.
    """
    limit = depths(folder)[1].get((problem.name, "recursive"))
    if limit is not None and limit.bytes_per_layer > 0:
        return round(limit.bytes_per_layer)
    timed, rows = ratios(folder)[problem.name, "recursive"], pd.read_csv(folder / "memory.csv")
    here = (rows["problem"] == problem.name) & (rows["depth"] == timed.depth) & (rows["width"] == timed.width)
    frames = rows.loc[here & (rows["impl"] == "recursive") & (rows["meter"] == "frames"), "peak_bytes"]
    return round(frames.iloc[0] / timed.depth) if len(frames) else None


def span(numbers):
    """From the least to the most of those that are known, or the one that there is."""
    known = [number for number in numbers if number is not None]
    return " to ".join(map(str, dict.fromkeys((min(known), max(known)))))


def stops(problem, limit):
    """Where recursion stops as Python comes, in the problem's own levels."""
    depth, levels = spaced(int(limit.deepest_ok)), plural(problem.level)
    return f"{depth} {levels}" if limit.status == "recursion_error" else f"not within {depth} {levels}"


def problems_answer(folder):
    """A row a kind of problem: what to use, what recursion and generators cost beside the loop on all versions, and where it ends."""
    by_version = versions(folder)
    known = [ratios(each) for each in by_version.values()]
    newest = [*by_version.values()][-1]
    own, _ = depths(newest)
    rows = []
    for name, problem in PROBLEMS.items():
        rows.append(
            [
                KINDS[name],
                f"**{use(problem, newest, known[-1])}**",
                stops(problem, own[name, "recursive"]),
                f"{span([bytes_a_level(problem, each) for each in by_version.values()])} bytes a {problem.level}",
                *(beside_the_loop([each.get((name, impl)) for each in known]) for impl in ("recursive", "generators")),
            ]
        )
    headings = ["you have", "use", "recursion stops at", "recursion needs", "recursion, beside the loop", "generators, beside the loop"]
    return table(headings, rows)


def problem_times(folder):
    """A row a problem: recursion's time and generators' over the loop's, by version."""
    known = {version: ratios(each) for version, each in versions(folder).items()}
    rows = []
    for name, problem in PROBLEMS.items():
        size = next(each[name, "recursive"] for each in known.values() if (name, "recursive") in each)
        cells = [ratio_words(each.get((name, impl))) for impl in ("recursive", "generators") for each in known.values()]
        rows.append([problem.title, f"{spaced(size.depth)} × {size.width}", *cells])
    pairs = [f"{what} ÷ loop, {name_of(version)}" for what in ("recursion", "generators") for version in known]
    return table(["problem", "depth × width", *pairs], rows)


def problem_bytes(folder):
    """A row a problem that goes deep: bytes that each way takes for a level more, on the newest version, with the limit raised."""
    _, raised = depths([*versions(folder).values()][-1])
    ways = ("recursive", "iterative", "generators")
    found = {name: [raised.get((name, impl)) for impl in ways] for name in PROBLEMS}
    rows = [
        [PROBLEMS[name].title, PROBLEMS[name].level, *(f"{row.bytes_per_layer:.0f}" for row in its)]
        for name, its in found.items()
        if all(row is not None and pd.notna(row.bytes_per_layer) for row in its)
    ]
    return table(["problem", "level", "recursion", "loop", "generators"], rows)


def problem_depths(folder):
    """A row an implementation that stops somewhere, two columns a version: as it comes, and with the limit raised."""
    by_version = {version: depths(each) for version, each in versions(folder).items()}
    rows = []
    for name, problem in PROBLEMS.items():
        for impl, solution in problem.by_name.items():
            cells = [depth_words(those.get((name, impl))) for both in by_version.values() for those in both]
            if not all(cell.endswith("+") for cell in cells):
                rows.append([problem.title, solution.title, *cells])
    pairs = [f"{name_of(version)}{how}" for version in by_version for how in (", as it comes", ", limit raised")]
    return table(["problem", "implementation", *pairs], rows)


TABLES = {
    "problems_answer": problems_answer,
    "problem_times": problem_times,
    "problem_bytes": problem_bytes,
    "problem_depths": problem_depths,
}
