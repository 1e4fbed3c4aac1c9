"""The tables of docs/results.md, and the answer in the README, made from the files in results/reference.

A table in these pages stands between `<!-- table: NAME, from FILE -->` and `<!-- end -->`. `python -m bench.tests.reference_tables` writes
all of them again; `test_docs.py` fails if that would change a character.

The ratios are worked out here with pandas and `bench.analyse.intervals` alone, and not by the code that writes the report, so that
two ways of computing them must agree. The answer in the README is the report's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from math import exp
from pathlib import Path

import numpy as np
import pandas as pd

from bench.analyse.intervals import median_interval
from bench.plan.contenders import REFERENCES
from bench.record.results import read_results
from bench.show.answers.advice import markdown
from bench.show.report.answer import answered
from bench.tests.places import ROOT
from bench.tests.reference import REFERENCE, axes, interval, joint_alpha, log_ratios, mean_log_ratios, read, spaced, table, title
from bench.tests.reference import problems as of_problems
from bench.tests.reference import selfcheck as selfcheck
from impls import IMPLEMENTATIONS

PAGE, README = ROOT / "docs" / "results.md", ROOT / "README.md"
PROBLEMS_PAGE = ROOT / "docs" / "recursion-or-loop.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
CARRIED = ROOT / "bench" / "show" / "report" / "templates" / "glossary.md"  # what the package carries of it
BLOCK = re.compile(r"(<!-- table: (\w+), from (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
UPDATES, ALLOCATORS = ("deferred", "fused"), ("default", "steady")
MIB = 2**20


def filled(text: str) -> str:
    """The page with every table made anew."""
    return BLOCK.sub(lambda block: block[1] + (TABLES | OF_README | OF_PROBLEMS)[block[2]](REFERENCE / block[3]) + block[4], text)


def answer(folder):
    """The answer first, as the report and the terminal have it."""
    [results] = read_results(folder, print)
    return markdown(answered(results)).replace("\u00a0", " ")


def grid_ratios(path, pairs, headings, deepest=False):
    """A row a network and allocator, a column a pair."""
    columns = {pair: log_ratios(path, *pair) for pair in pairs}
    cells = [cell for cell in next(iter(columns.values())) if not deepest or cell[0] == 64]
    rows = [
        [depth, width, allocator, *(interval(found[depth, width, update, allocator], joint_alpha(path)) for found in columns.values())]
        for depth, width, update, allocator in sorted(cells, key=lambda cell: (cell[3], cell[1], cell[0]))
    ]
    return table(["depth", "width", "allocator", *headings], rows)


def mean_times(path):
    """Recursion over the popped list at 64 layers: the ratio of mean times."""
    found, alpha = mean_log_ratios(path, "recursive", "iterative_pop"), joint_alpha(path)
    rows = [[64, width, *(interval(found[64, width, "deferred", allocator], alpha) for allocator in ALLOCATORS)] for width in (8, 32, 128)]
    return table(["depth", "width", "`default`", "`steady`"], rows)


def heap_kinds(path):
    """The comparisons with the kept list that depend on heap history: their ratio in the passes of either kind."""
    rows = pd.read_csv(path)
    implementations = (rows["baseline"] == "iterative") & ~rows["impl"].isin(REFERENCES)
    kinds = rows[(rows["metric"] == "cpu") & rows["faulting_share"].notna() & implementations]
    return table(
        ["depth", "width", "comparison", "passes", "page faults differ in", "ratio without", "ratio with"],
        [
            [row.depth, row.width, f"{title(row.impl)} ÷ kept list", row.passes, f"{100 * row.faulting_share:.0f} %",
             f"{row.without_faults:.3f}", f"{row.with_faults:.3f}"]
            for row in kinds.sort_values(["depth", "impl"]).itertuples()
        ],
    )  # fmt: skip


def floor(path):
    found, alpha = log_ratios(path, "iterative", "floor"), joint_alpha(path)
    rows = [[64, width, interval(found[64, width, "deferred", "steady"], alpha)] for width in (8, 32, 128)]
    return table(["depth", "width", "kept list ÷ floor"], rows)


def peaks_of(path, meter, column="peak_bytes"):
    """Cell -> implementation -> bytes, of the rows that were read."""
    rows = read(path)
    rows = rows[(rows["meter"] == meter) & (rows["status"] == "ok")]
    return rows.pivot_table(index=["depth", "width", "batch", "update"], columns="impl", values=column).astype(float)


def study_peaks(path):
    heap = peaks_of(path, "heap")
    names = ("iterative", "iterative_pop", "recursive")
    rows = [[update, *(f"{heap.at[(64, 128, 128, update), name] / MIB:.1f}" for name in names)] for update in UPDATES]
    return table(["update", *(f"{title(name)}, MiB" for name in names)], rows)


def peaks_apart(path):
    heap = peaks_of(path, "heap")[["recursive", "iterative_pop"]].dropna()
    apart = (heap["recursive"] / heap["iterative_pop"] - 1).abs()
    rows = read(path)
    known = rows[(rows["meter"] == "heap") & rows["predicted_bytes"].notna()]
    miss = (known["peak_bytes"] - known["predicted_bytes"]).abs()
    kept = (miss <= 0.02 * known["peak_bytes"] + 64 * 1024).sum()
    large = known["peak_bytes"] > MIB
    return table(
        ["what", "figure"],
        [
            ["networks in which both peaks were read", len(heap)],
            ["largest difference between recursion's peak and the popped list's", f"{100 * apart.max():.1f} %"],
            ["peaks that have a formula", len(known)],
            ["of these within 2 % plus 64 KiB of it", kept],
            ["largest miss of a peak above 1 MiB", f"{100 * (miss / known['peak_bytes'])[large].max():.2f} %"],
        ],
    )


def frame(path):
    """The slope of resident memory over depth, at width 1 and batch 1, above that of the popped list."""

    def slope(column):
        thin = peaks_of(path, "resident", column).xs((1, 1, "fused"), level=("width", "batch", "update"))
        return np.polyfit(thin.index.to_numpy(float), (thin["recursive"] - thin["iterative_pop"]).to_numpy(), 1)[0]

    measured = slope("peak_bytes")
    return table(
        ["bytes that a layer of recursion takes beyond one of the popped list", "bytes"],
        [
            ["in all, measured", f"{measured:.0f}"],
            ["of these its frame: without the layer's number (32), with the list's slot that is saved (8)", f"{measured - 32 + 8:.0f}"],
            ["its frame, by its code", f"{slope('predicted_bytes'):.0f}"],
            ["beside it: one activation of 8 units and 32 examples", spaced(8 * 32 * 8)],
        ],
    )


ENDS = {"ok": "", "recursion_error": " R", "segfault": " S"}


def by_age(pythons):
    return sorted(set(pythons), key=lambda python: [int(number) for number in python.split(".")])


def depth_of(rows):
    """ "987 R": the deepest that went well, and how one more ended; nothing more if the most that was tried went well."""
    return " ".join(spaced(row.deepest_ok) + ENDS[row.status] for row in rows.itertuples())


def reached(path, name):
    """A row an interpreter: as it comes, with the limit raised, and in threads."""
    rows = read(path)
    rows = rows[rows["impl"] == name]
    lines = []
    for python in by_age(rows["python"]):
        here = rows[rows["python"] == python]
        raised = here[here["recursion_limit"] == 10**8]
        settings = [here[here["recursion_limit"] < 10**8], raised[raised["stack_bytes"].isna()]]
        settings += [raised[raised["stack_bytes"] == size] for size in (512 * 1024, 64 * MIB)]
        lines.append([python, *map(depth_of, settings)])
    return table(["CPython", "as it comes", "limit raised", "in a thread, 512 KiB", "in a thread, 64 MiB"], lines)


def ways(path):
    rows = read(path)
    rows = rows[rows["impl"].str.startswith("call:")]
    pythons = by_age(rows["python"])
    names = dict.fromkeys(rows["impl"])
    lines = [[f"`{name}`", *(depth_of(rows[(rows["impl"] == name) & (rows["python"] == python)]) for python in pythons)] for name in names]
    return table(["way of calling", *pythons], lines)


def training(path):
    rows = read(path)
    if "run" in rows:  # earlier versions trained each once, at one depth
        return training_with_intervals(rows[rows["status"] == "ok"])
    first = rows.groupby("dataset")["loss"].apply(lambda losses: losses.tolist())
    lines = []
    for (dataset, impl, update), epochs in rows.groupby(["dataset", "impl", "update"], sort=False):
        same = epochs["loss"].tolist() == first[dataset][: len(epochs)]
        last = epochs.iloc[-1]
        lines.append([title(impl), dataset, update, len(epochs), f"{last['loss']:.9f}", "the same bits" if same else "other bits"])
    return table(["implementation", "dataset", "update", "epochs", "last loss", "every loss, beside the first row's"], lines)


def training_with_intervals(rows):
    """Losses beside those of the first row on the same network, and the CPU time of whole trainings over that of the kept list,
    deferred, block by block.
    """
    rows = rows[rows["run"] == rows.groupby(["dataset", "depth"])["run"].transform("last")]
    baseline = ("iterative", "deferred")
    sums = rows.groupby(["dataset", "depth", "impl", "update", "block"])["cpu_s"].sum().unstack("block")
    networks = {(dataset, depth) for dataset, depth, *contender in sums.index if tuple(contender) == baseline}
    compared = sum((dataset, depth) in networks for dataset, depth, *_ in sums.index) - len(networks)
    lines, first = [], {}
    for (dataset, depth, impl, update), mine in rows.groupby(["dataset", "depth", "impl", "update"], sort=False):
        losses = {tuple(block["loss"]) for _, block in mine.groupby("block")}
        first.setdefault((dataset, depth), losses)
        cost = "not compared"
        if (dataset, depth) in networks:
            logs = np.log(sums.loc[(dataset, depth, impl, update)] / sums.loc[(dataset, depth, *baseline)]).dropna()
            cost = "1" if (impl, update) == baseline else interval(logs, 0.05 / compared)
        last, same = mine.iloc[-1], losses == first[dataset, depth] and len(losses) == 1
        share = f"{100 * last['held_out_accuracy']:.1f} %"
        bits = "the same bits" if same else "other bits"
        lines.append([title(impl), dataset, depth, update, len(mine) // mine["block"].nunique(), share, f"{last['loss']:.9f}", bits, cost])
    columns = ["implementation", "dataset", "layers", "update", "epochs", "held-out accuracy", "last loss"]
    return table([*columns, "every loss, beside the first row's", "CPU time ÷ kept list's, deferred"], sorted(lines, key=in_display_order))


def in_display_order(line):
    """As figures and tables have contenders."""
    titles = [title(name) for name in (*IMPLEMENTATIONS, "control")]
    return line[2], line[1], titles.index(line[0]), line[3]


def clarity(path):
    rows = [
        [
            title(row.impl),
            row.lines,
            row.functions,
            row.cyclomatic,
            row.cognitive,
            f"{row.halstead_volume:.1f}",
            f"{row.maintainability:.1f}",
        ]
        for row in read(path).itertuples()
    ]
    return table(["implementation", "lines", "functions", "cyclomatic", "cognitive", "Halstead volume", "maintainability"], rows)


PLACES = [(16, "deferred"), (16, "fused"), (64, "deferred"), (64, "fused")]
PLACE_HEADINGS = [f"width {width}, {update}" for width, update in PLACES]
NEWER = ("workspace_loop", "workspace_recursion", "on_disk", "on_disk_cold")  # than the reference results
CACHES = [name for name, one in IMPLEMENTATIONS.items() if not one.library and name not in NEWER]


def cache_times(path):
    """Nine implementations in four networks."""
    alpha, found = joint_alpha(path), {name: log_ratios(path, name, "iterative") for name in CACHES[1:]}
    rows = [
        [title(name), *(interval(samples[256, width, update, "default"], alpha) for width, update in PLACES)]
        for name, samples in found.items()
    ]
    return table(["implementation", *PLACE_HEADINGS], rows)


def peaks_with_frames(path):
    """The heap's peak, and the frames that the heap meter does not see, by the two formulas."""
    heap = peaks_of(path, "heap")
    frames = (peaks_of(path, "resident", "predicted_bytes") - peaks_of(path, "heap", "predicted_bytes")).clip(lower=0)
    return (heap + frames.fillna(0)).loc[[(256, width, 32, update) for width, update in PLACES]]


def cache_peaks(path, over=None):
    full = peaks_with_frames(path)
    names = [name for name in CACHES if name != over]
    figures = {
        name: [f"{ratio:.2f}" for ratio in full[name] / full[over]] if over else [spaced(round(peak / 1024)) for peak in full[name]]
        for name in names
    }
    return table(["implementation", *PLACE_HEADINGS], [[title(name), *figures[name]] for name in names])


def standings(path):
    """One beats another if it is better by more than 1 % in time or peak and not worse by more than that in the other."""
    peaks = peaks_with_frames(path.with_name("memory.csv"))

    def ratio(winner, loser, place):
        width, update = place
        return [exp(bound) for bound in median_interval(log_ratios(path, winner, loser)[256, width, update, "default"], joint_alpha(path))]

    def standing(name, place):
        here = peaks.loc[(256, place[0], 32, place[1])]
        limits = {other: 1.01 if 1.01 * here[other] < here[name] else 1 / 1.01 for other in CACHES if here[other] <= 1.01 * here[name]}
        ratios = {other: ratio(other, name, place) for other in limits if other != name}
        if any(high < limits[other] for other, (_, _, high) in ratios.items()):
            return "beaten"
        return "unbeaten" if all(low > limits[other] for other, (_, low, _) in ratios.items()) else "too close to call"

    return table(["implementation", *PLACE_HEADINGS], [[title(name), *(standing(name, place) for place in PLACES)] for name in CACHES])


TABLES: dict[str, Callable[[Path], str]] = {
    "calls": partial(grid_ratios, pairs=[("recursive", "iterative_pop")], headings=["recursion ÷ popped list"], deepest=True),
    "mean_times": mean_times,
    "heap_kinds": heap_kinds,
    "floor": floor,
    "kept_list": partial(
        grid_ratios,
        pairs=[("recursive", "iterative"), ("iterative_pop", "iterative")],
        headings=["recursion ÷ kept list", "popped list ÷ kept list"],
    ),
    "study_peaks": study_peaks,
    "peaks_apart": peaks_apart,
    "frame": frame,
    "recursion_depth": partial(reached, name="recursive"),
    "compiled_depth": partial(reached, name="compiled_recursion"),
    "ways": ways,
    "training": training,
    "clarity": clarity,
    "cache_times": cache_times,
    "cache_peaks": cache_peaks,
    "cache_peaks_over_popped": partial(cache_peaks, over="iterative_pop"),
    "standings": standings,
    "alike": selfcheck.alike,
    "other_checks": selfcheck.other_checks,
    "known_differences": selfcheck.known_differences,
    "precision": selfcheck.precision,
    "tools": selfcheck.tools,
    "meters": selfcheck.meters,
    **axes.TABLES,
}

OF_README: dict[str, Callable[[Path], str]] = {"answer": answer}
OF_PROBLEMS: dict[str, Callable[[Path], str]] = of_problems.TABLES

if __name__ == "__main__":
    for page in (PAGE, README, PROBLEMS_PAGE):
        page.write_text(filled(page.read_text()))
    CARRIED.write_text(GLOSSARY.read_text())
