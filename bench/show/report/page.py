"""The report: one HTML file that holds everything, and needs nothing else to be read."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from bench.record.results import Results
from bench.record.times import started_at
from bench.show.report.fill import fill
from bench.show.report.sources import highlight_css
from bench.show.topics import with_facts

HEAD = ("cpu", "cores", "python", "numpy", "blas")  # what the head of the page says of the machine


def render(results: Results) -> str:
    """The report as HTML: a head, and a section for each topic that has something to show."""
    shown = [(topic, facts, topic.answers(facts)) for topic, facts in with_facts(results)]
    return fill(
        "report.html.j2",
        contents=[(topic.anchor, topic.name) for topic, *_ in shown],
        sections=[topic.html(facts, answers) for topic, facts, answers in shown],
        date=_date(results.times),
        machine={key: results.machine.get(key, "unknown") for key in HEAD},
        timed=bool(results.times["round"].notna().any()),
        sweep=results.machine.get("sweep", {}).get("name"),
        cells=results.times["cell"].nunique(),
        passes=results.times["pass"].max(),
        highlight_css=Markup(highlight_css()),
    )


def _date(times: pd.DataFrame) -> str:
    """When the last run began, which its name tells."""
    names = times["run"].dropna()
    began = started_at(names.iloc[-1]) if len(names) else None
    return f"{began:%d %B %Y}" if began else ""
