"""The report: one HTML file that holds everything, and needs nothing else to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from bench.lazy import lazily
from bench.record.results import Results
from bench.record.times import started_at
from bench.show.report.fill import fill
from bench.show.report.sources import highlight_css
from bench.show.topics import Topic, with_facts

HEAD = ("cpu", "cores", "python", "numpy", "blas")  # what the head of the page says of the machine


def render(results: Results) -> str:
    """The report as HTML: a head, and a section for each topic that has something to show."""
    shown = [*with_facts(results)]
    return fill(
        "report.html.j2",
        contents=[(topic.anchor, topic.name) for topic, _ in shown],
        sections=_sections(shown),
        date=_date(results.times),
        machine={key: results.machine.get(key, "unknown") for key in HEAD},
        timed=bool(results.times["round"].notna().any()),
        sweep=results.machine.get("sweep", {}).get("name"),
        cells=results.times["cell"].nunique(),
        passes=results.times["pass"].max(),
        highlight_css=Markup(highlight_css()),
    )


def _sections(shown: Sequence[tuple[Topic, Any]]) -> list[Markup]:
    """The sections in their order. All pictures are drawn in other processes while the sections that have none are made."""
    pictures = [topic.in_report(facts) for topic, facts in shown]
    with lazily("bench.show.figures.pictures:being_drawn")(pictures) as drawn:
        parts = sorted(zip(shown, drawn, pictures, strict=True), key=lambda part: bool(part[2]))
        made = {topic.anchor: topic.html(facts, wait) for (topic, facts), wait, _ in parts}
    return [made[topic.anchor] for topic, _ in shown]


def _date(times: pd.DataFrame) -> str:
    """When the last run began, which its name tells."""
    names = times["run"].dropna()
    began = started_at(names.iloc[-1]) if len(names) else None
    return f"{began:%d %B %Y}" if began else ""
