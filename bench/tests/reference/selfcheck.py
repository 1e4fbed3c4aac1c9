"""The tables of docs/results.md that the self-check of the reference run fills."""

from __future__ import annotations

import json

from bench.analyse.intervals import median_interval
from bench.analyse.selfcheck import checks
from bench.analyse.selfcheck.tools import judgements
from bench.record.selfcheck import read_evidence
from bench.tests.reference import interval, log_ratios, read, table


def alike(path):
    """What the self-check says of the same work twice: how many intervals were ever without 1."""
    rows = read(path)
    counts = rows["answer"].str.extract(r"^(\d+) of ([\d\u00a0]+) intervals \((.*?)\).*?\((.*?) each")
    known = counts[0].notna()
    lines = [*zip(rows["check"][known], *(counts[column][known] for column in (3, 1, 0, 2)), strict=True)]
    return table(["what", "passes each", "intervals", "of these ever without 1", "share; 5 % may be"], lines)


def other_checks(path):
    """What the self-check says of what no other table has; no rows from one that did not look."""
    rows = read(path)
    known = rows["check"].str.contains("itself|themselves$|renamed|first half against|pass after pass|two runs")
    found = rows[known]
    return table(["what", "verdict", "what came out"], [*zip(found["check"], found["status"], found["answer"], strict=True)])


KNOWN = [("more_1", "fused", 1.01), ("more_2", "deferred", 1.02), ("more_5", "fused", 1.05), ("more_10", "fused", 1.1)]


def known_differences(path):
    """The ratio after all passes, and after how many the work was first called slower."""
    passes = json.loads((path.parent / "machine.json").read_text())["passes"]
    lines = []
    for impl, update, truth in KNOWN:
        samples = log_ratios(path, impl, "hundred")[5, 8, update, "default"]
        first = next(n for n in range(1, len(samples) + 1) if median_interval(samples[:n])[1] > 0)
        pass_s = passes["trio_s" if update == "deferred" else "known_s"] / len(samples)
        lines.append([f"{truth:.2f}", len(samples), interval(samples, 0.05, 4), first, f"{first * pass_s:.1f} s"])
    return table(["truth", "passes", "ratio", "passes until it was called slower", "time until then"], lines)


def precision(path):
    """How long an interval of a half-width took, in the words of the self-check."""
    rows = read(path)
    found = rows["answer"].str.extract(r"(?:after|or) ([\d.]+ s)(?:\.|, on a step of (.*)\.)")[0]
    known = rows["check"].str.startswith("an interval of") & found.notna() & ~rows["answer"].str.startswith("Not reached")
    lines = [*zip(rows["check"][known].str.removeprefix("an interval of "), found[known], strict=True)]
    return table(["half-width", "time until it was reached"], lines)


def tools(path):
    """What each tool says in ten seconds a comparison."""
    lines = []
    for row in checks.tool_runs(read_evidence(path.parent, lambda sentence: None)):
        [said] = [judgement for judgement in judgements(row) if judgement.seconds == 10]
        width = f"±{100 * said.half_width:.2f} %" if said.half_width else "none"
        lines.append([row.tool, f"{said.false_alarms} of {said.blocks}", f"{said.detections} of {said.blocks}", width])
    return table(["tool", "called the same work different", "called 2 % more work slower", "half-width"], lines)


def meters(path):
    lines = [
        [row.meter, row.other, row.subject.replace("_", " "), f"{100 * abs(row.ours / row.theirs - 1):.3f} %"]
        for row in read(path).itertuples()
    ]
    return table(["meter", "beside", "of", "difference"], lines)
