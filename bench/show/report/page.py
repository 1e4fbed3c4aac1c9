"""The report: one HTML file that holds everything, and needs nothing else to be read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import pandas as pd
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bench.analyse.findings import Finding, findings
from bench.analyse.frontier import places
from bench.analyse.slices import Slice
from bench.analyse.summary import parts
from bench.analyse.training import Outcome, outcomes
from bench.plan.contenders import FLOOR, title
from bench.plan.sources import functions_source
from bench.record.results import Results
from bench.show.figures.time import time_pictures
from bench.show.report.depth import limit_section
from bench.show.report.frontier import frontier_section
from bench.show.report.memory import memory_section
from bench.show.report.sections import by_question, fill
from bench.show.report.selfcheck import selfcheck_section
from impls import IMPLEMENTATIONS

FACTS = {
    "machine": "name here",
    "cpu": "processor",
    "cores": "cores",
    "memory_bytes": "memory",
    "os": "system",
    "kernel": "kernel",
    "python": "Python",
    "python_compiler": "compiled by",
    "numpy": "NumPy",
    "blas": "BLAS",
    "blas_threads": "BLAS threads",
    "libc": "C library",
    "governor": "frequency governor",
    "load_1_min": "load when it began",
}


def render(results: Results) -> str:
    """The report as HTML."""
    slices = parts(results.times, results.baseline)
    found = findings(slices, results.baseline)
    training = outcomes(results.training)
    memory, limits = memory_section(results.memory), limit_section(results.limits)
    frontier = frontier_section(places(results.times, results.memory.peaks, results.baseline))
    selfcheck = selfcheck_section(results.selfcheck)
    return fill(
        "report.html.j2",
        contents=_contents(
            {
                "answers": slices,
                "frontier": frontier,
                "figures": slices,
                "cells": slices,
                "memory": memory,
                "training": training,
                "limits": limits,
                "selfcheck": selfcheck,
            }
        ),
        date=_date(results.times),
        machine={key: results.machine.get(key, "unknown") for key in FACTS},
        machine_facts=_machine_facts(results.machine),
        blas_threads=results.machine.get("blas_threads", 1),
        share=results.machine.get("passes", {}).get("share"),
        sweep=results.machine.get("sweep", {}).get("name"),
        cells=results.times["cell"].nunique(),
        passes=results.times["pass"].max(),
        cards=_cards(found),
        questions=by_question(found),
        pictures=time_pictures(slices),
        frontier=frontier,
        memory=memory,
        limits=limits,
        selfcheck=selfcheck,
        training=training,
        training_answer=_training_answer(training),
        sources=_sources(set(results.clarity["impl"])),
        clarity=results.clarity.to_dict("records"),
        highlight_css=Markup(HtmlFormatter(style="friendly").get_style_defs("pre")),
        tables=[_cell_table(part) for part in slices],
        failures=_failures(results.times),
        refused=results.machine.get("refused", {}),
        warnings=results.machine.get("warnings", []),
    )


def _date(times: pd.DataFrame) -> str:
    """When the last run began, which its name tells."""
    with suppress(ValueError, IndexError):
        return f"{datetime.strptime(times['run'].iloc[-1][:8], '%Y%m%d'):%d %B %Y}"
    return ""


def _contents(sections: dict[str, Any]) -> list[tuple[str, str]]:
    """The table of contents: sections that may be empty are there if they are not."""
    anchors = {
        "answers": "Answers",
        "frontier": "Time against memory",
        "figures": "Figures",
        "memory": "Memory",
        "training": "Training",
        "limits": "Depth",
        "sources": "Sources",
        "cells": "Every cell",
        "selfcheck": "Trust",
        "reading": "How to read this",
        "machine": "The machine",
    }
    return [(anchor, heading) for anchor, heading in anchors.items() if sections.get(anchor, True)]


def _machine_facts(machine: dict[str, Any]) -> list[tuple[str, str]]:
    def words(key: str) -> str:
        if key == "memory_bytes":
            return f"{machine[key] / 2**30:.1f} GiB"
        return str(machine[key])

    libraries = machine.get("settings", {}).get("libraries", {})
    others = [f"{name} {version}" for name, version in libraries.items() if name != "numpy"]
    facts = [(label, words(key)) for key, label in FACTS.items() if machine.get(key) not in (None, "")]
    return [*facts, *([("libraries", ", ".join(others))] if others else [])]


def _cards(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The findings' headline figures, large."""
    return [
        {
            "value": f"{one.headline.ratio:.2f} ×",
            "interval": one.headline.interval,
            "label": f"{one.label}, {one.headline.place}",
            "verdict": one.headline.verdict if one.good_or_bad else "",
        }
        for one in findings
        if one.headline
    ]


def _training_answer(training: Sequence[Outcome]) -> str:
    if not training:
        return ""
    odd = [f"{title(one.impl)} ({one.update})" for one in training if not one.close]
    if odd:
        return f"Not all: the losses of {', '.join(odd)} differ from those of the first training."
    same = sum(one.same for one in training)
    return (
        f"Yes, to the last bit: {same} trainings, with both updates, have the same loss in every epoch. "
        f"{_training_nearly(training)}Updating each layer as the stack unwinds gives what updating them all afterwards gives."
    )


def _training_nearly(training: Sequence[Outcome]) -> str:
    """A sentence on those whose arithmetic is not that of the rest, if there are any."""
    names = dict.fromkeys(title(one.impl) for one in training if not one.same)
    if not names:
        return ""
    return f"Those of {' and '.join(names)}, with arithmetic of their own, agree to {max(one.apart for one in training):.0e}. "


def _sources(compared: set[str]) -> list[dict[str, Any]]:
    """The programs that were compared, the list and the recursion first: their functions alone, without imports."""
    first = ("iterative", "recursive")
    shown = [one for one in IMPLEMENTATIONS.values() if one.name in (compared or first)]
    shown.sort(key=lambda one: first.index(one.name) if one.name in first else len(first))
    return [{"title": one.title, "cache": one.cache, "html": Markup(_highlighted(functions_source(one)))} for one in shown]


def _highlighted(source: str) -> str:
    return highlight(source, PythonLexer(), HtmlFormatter(style="friendly"))


def _cell_table(part: Slice) -> dict[str, Any]:
    """A row a cell, a column a comparison."""
    rows = part.summary
    compared = list(dict.fromkeys(zip(rows["impl"], rows["baseline"], strict=True)))
    order = ["width", "depth", "allocator"]
    cells = rows.drop_duplicates("cell").sort_values(order)
    found = {(row.cell, row.impl, row.baseline): row for row in rows.itertuples()}
    return {
        "baseline": title(compared[0][1]),
        "heading": part.words,
        "columns": [_heading(*comparison, compared[0][1]) for comparison in compared],
        "rows": [
            {
                "depth": cell.depth,
                "width": cell.width,
                "allocator": cell.allocator,
                "passes": cell.passes,
                "ratios": [_ratio_words(found.get((cell.cell, *comparison))) for comparison in compared],
            }
            for cell in cells.itertuples()
        ],
    }


def _heading(impl: str, baseline: str, usual: str) -> str:
    """The implementation alone where it is against the usual baseline, which the caption names."""
    return title(impl) if baseline == usual else f"{title(impl)} ÷ {title(baseline)}"


def _ratio_words(row: Any) -> dict[str, str]:
    if row is None:
        return {"words": "", "verdict": "undecided"}
    interval = f" [{row.low:.3f}, {row.high:.3f}]" if row.low > 0 else " (open)"
    return {"words": f"{row.ratio:.3f}{interval}", "verdict": "" if row.impl == FLOOR else row.verdict}


def _failures(times: pd.DataFrame) -> list[dict[str, str]]:
    failed = times[times["status"] != "ok"].drop_duplicates(["cell", "impl", "status"])
    return failed[["cell", "impl", "status", "detail"]].fillna("").to_dict("records")
