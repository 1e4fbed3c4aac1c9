"""The tables of docs/recursion-or-loop.md, made from results/reference/problems: a folder a version of CPython."""

from __future__ import annotations

import pandas as pd

from bench.tests.reference import spaced, table
from impls.problems import PROBLEMS

ENDS = {"ok": "+", "recursion_error": "", "segfault": " S", "timeout": "+", "out_of_memory": " M"}
DEEP = 100_000  # levels that every interpreter was asked to try at most


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


def advice(problem, newest, known):
    """What to use, by rules: depth first, and then time."""
    own, _ = depths(newest)
    limit, row = own.get((problem.name, "recursive")), known.get((problem.name, "recursive"))
    stopped = limit is not None and limit.status in ("recursion_error", "segfault")
    if stopped and limit.deepest_ok < DEEP:
        return "the loop, unless the data are known to be shallow"
    if row is None or row.verdict == "undecided":
        return "either"
    return {"slower": "the loop for speed, recursion to be read", "faster": "recursion", "same": "recursion, which is easier to read"}[
        row.verdict
    ]


def problems(folder):
    """A row a problem: recursion's time over the loop's by version; of the newest, generators' time, bytes and depth."""
    by_version = versions(folder)
    known = {version: ratios(each) for version, each in by_version.items()}
    newest = [*by_version][-1]
    own, raised = depths(by_version[newest])
    rows = []
    for name, problem in PROBLEMS.items():
        size = known[newest].get((name, "recursive"))
        slope = raised.get((name, "recursive"))
        rows.append(
            [
                f"[{problem.title}](#{problem.title.lower().replace(' ', '-')})",
                f"{size.depth} × {size.width}" if size else "",
                *(ratio_words(known[version].get((name, "recursive"))) for version in by_version),
                ratio_words(known[newest].get((name, "generators"))),
                f"{slope.bytes_per_layer:.0f}" if slope is not None and slope.bytes_per_layer > 0 else "",
                depth_words(own.get((name, "recursive"))),
                advice(problem, by_version[newest], known[newest]),
            ]
        )
    headings = [
        "problem", "depth × width", *(f"recursion ÷ loop, {name_of(version)}" for version in by_version),
        f"generators ÷ loop, {name_of(newest)}", "bytes a level", f"deepest as Python {name_of(newest)} comes", "what to use",
    ]  # fmt: skip
    return table(headings, rows)


def problem_depths(folder):
    """A row a problem and implementation, two columns a version: as it comes, and with the limit raised."""
    by_version = {version: depths(each) for version, each in versions(folder).items()}
    rows = []
    for name, problem in PROBLEMS.items():
        for impl, solution in problem.by_name.items():
            cells = [depth_words(those.get((name, impl))) for both in by_version.values() for those in both]
            rows.append([problem.title, solution.title, *cells])
    pairs = [f"{name_of(version)}{how}" for version in by_version for how in (", as it comes", ", limit raised")]
    return table(["problem", "implementation", *pairs], rows)


TABLES = {"problems": problems, "problem_depths": problem_depths}
