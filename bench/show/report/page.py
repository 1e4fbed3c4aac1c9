"""The report: one HTML file that holds everything, and needs nothing else to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import pandas as pd
from markupsafe import Markup

from bench.lazy import lazily
from bench.plan.contenders import contenders_of
from bench.record.results import Results
from bench.record.times import started_at
from bench.show.answers.words import capital, titles
from bench.show.report.fill import fill
from bench.show.report.sources import highlight_css
from bench.show.topics import Topic, in_order, with_facts

HEAD = ("cpu", "cores", "python", "numpy")  # what the head of the page says of the machine


def render(results: Results) -> str:
    """The report of a problem as HTML: a head, and a section for each topic that has something to show."""
    shown = [*in_order(_sections(results))]
    words = results.problem.words
    return framed(
        [results],
        contents=[(f"#{topic.anchor}", words.fill(topic.name)) for topic, _ in shown],
        sections=[section for _, section in shown],
        question=words.question or f"{capital(results.problem.title)}: recursion or a loop?",
        lead=words.lead or _lead(results),
    )


def framed(every: Sequence[Results], contents: Sequence[tuple[str, str]], sections: Sequence[Markup], question: str, lead: str) -> str:
    """A page on the results of one problem, or of several: its head, where each entry of its contents leads, and its sections."""
    times = pd.concat([results.times[["run", "round", "cell", "pass"]] for results in every]) if len(every) > 1 else every[0].times
    machine = every[0].machine
    return fill(
        "report.html.j2",
        contents=contents,
        sections=sections,
        question=question,
        lead=lead,
        alone=every[0].alone or len(every) > 1,
        date=_date(times),
        machine={key: machine.get(key, "unknown") for key in HEAD},
        timed=bool(times["round"].notna().any()),
        sweep=machine.get("sweep", {}).get("name"),
        cells=times["cell"].nunique(),
        passes=times["pass"].max(),
        highlight_css=Markup(highlight_css()),
    )


def _sections(results: Results) -> dict[str, Markup]:
    """Each section, by its anchor. All pictures are drawn in other processes meanwhile: those that need no times while facts are
    worked out of these, the others while the sections that have none are made.
    """
    parts: list[tuple[Topic, Any, Callable[[], Any], bool]] = []
    with ExitStack() as drawing:
        for of_times in (False, True):
            shown = [*with_facts(results, of_times)]
            pictures = [topic.in_report(facts) for topic, facts in shown]
            drawn = drawing.enter_context(lazily("bench.show.figures.pictures:being_drawn")(pictures))
            parts += [(*entry, wait, bool(mine)) for entry, wait, mine in zip(shown, drawn, pictures, strict=True)]
        return {topic.anchor: topic.html(facts, wait) for topic, facts, wait, _ in sorted(parts, key=lambda part: part[-1])}


def _lead(results: Results) -> str:
    """What the page compares, of a problem that does not say it better."""
    there = {*results.times["impl"].unique(), *results.memory.peaks["impl"], *results.limits["impl"].dropna()}
    names = [name for name in contenders_of(results.problem) if name in there]
    costs = "This page says what each costs: time, memory and depth."
    return f"{capital(titles(names))} give the same answer. {costs}" if names else costs


def _date(times: pd.DataFrame) -> str:
    """When the last run began, which its name tells."""
    names = times["run"].dropna()
    began = started_at(names.iloc[-1]) if len(names) else None
    return f"{began:%d %B %Y}" if began else ""
