"""The topics of the report, one table: the page, its table of contents, `plot` and the terminal walk through it.

To add a topic, write its answers, figures and section beside their siblings, and add an entry here. The files of figures are
loaded when they draw, since matplotlib takes a second to load, and most verbs draw nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bench.analyse.frontier import frontiers
from bench.lazy import lazily
from bench.record.results import Results
from bench.show.answers import Answer, by_question
from bench.show.answers.axes.interpreters import interpreters_answers
from bench.show.answers.breakdown import breakdown_answers
from bench.show.answers.depth import depth_answers
from bench.show.answers.frontier import frontier_answers
from bench.show.answers.memory import memory_answers
from bench.show.answers.time import time_answers
from bench.show.answers.training import training_answers
from bench.show.report.answer import answer_section, answered
from bench.show.report.back.breakdown import breakdown_section, broken_down
from bench.show.report.back.data import data_section
from bench.show.report.back.glossary import glossary_section
from bench.show.report.back.interpreters import by_interpreter, interpreters_section
from bench.show.report.back.layouts import by_layout, layouts_section
from bench.show.report.back.machine import machine_section, reading_section
from bench.show.report.back.selfcheck import selfcheck_section
from bench.show.report.depth import depth_section
from bench.show.report.explore import explore_section, explored, network_section
from bench.show.report.fill import fill
from bench.show.report.frontier import frontier_section
from bench.show.report.memory import memory_section
from bench.show.report.sources import sources, sources_section
from bench.show.report.steps import played, steps_section
from bench.show.report.time import answers_section, cells_section, figures_section, timed
from bench.show.report.training import all_trained, training_section

if TYPE_CHECKING:
    from bench.show.figures.pictures import Picture, Shown


@dataclass(frozen=True)
class Topic:
    """One section of the report.

    Attributes:
        anchor: in the page's address.
        name: in the table of contents, with gaps for the words of a problem.
        heading: of the section.
        facts: what the section is made from, of all results; None where there is nothing to show.
        answers: from the facts to answers.
        pictures: from the facts to pictures.
        section: from the facts to what else its template shows, by name: `<anchor>.html.j2` of `bench/show/report/templates`
            if there is one, else the usual one, which shows answers, pictures, `tables` and `notes`.
        of_times: are the facts worked out of times? That takes a second of a million rows; other facts are there at once.

    """

    anchor: str
    name: str
    heading: str
    facts: Callable[[Results], Any]
    answers: Callable[[Any], Sequence[Answer]] = lambda facts: ()
    pictures: Callable[[Any], Sequence[Picture]] = lambda facts: ()
    section: Callable[[Any], Mapping[str, Any]] = lambda facts: {}
    of_times: bool = False

    def in_report(self, facts: Any) -> list[Picture]:
        """The pictures that the section shows; the plots may have more."""
        return [picture for picture in self.pictures(facts) if picture.in_report]

    def html(self, facts: Any, drawn: Callable[[], Sequence[Shown]] | None = None) -> Markup:
        """The section; nothing where there are no facts. `drawn` waits for its pictures, if they are being drawn already."""
        if facts is None:
            return Markup()
        questions = by_question(self.answers(facts))
        more = {"tables": (), "notes": (), **self.section(facts)}
        pictures = drawn() if drawn else lazily("bench.show.figures.pictures:shown")(self.in_report(facts))
        return fill(f"{self.anchor}.html.j2", "topic.html.j2", topic=self, questions=questions, pictures=pictures, **more)


# in the order of the page
TOPICS = [
    Topic("answer", "The answer", "Loop or recursion?", answered, section=answer_section, of_times=True),
    Topic(
        "steps",
        "Step through it",
        "Step through it",
        lambda results: played(results.traces),
        pictures=lazily("bench.show.figures.steps.step_through:step_pictures"),
        section=steps_section,
    ),
    Topic(
        "answers",
        "Questions",
        "Questions and answers",
        timed,
        lambda facts: time_answers(facts.slices, facts.baseline),
        section=answers_section,
        of_times=True,
    ),
    Topic("network", "My {input}", "What would mine cost?", explored, section=network_section, of_times=True),
    Topic(
        "figures",
        "Time",
        "Where does the time go?",
        timed,
        pictures=lambda facts: lazily("bench.show.figures.time:time_pictures")(facts.slices),
        section=figures_section,
        of_times=True,
    ),
    Topic(
        "breakdown",
        "Inside a step",
        "What is the time of a step made of?",
        broken_down,
        breakdown_answers,
        lazily("bench.show.figures.steps.breakdown:breakdown_pictures"),
        breakdown_section,
    ),
    Topic(
        "memory",
        "Memory",
        "Where does the memory go?",
        lambda results: None if results.memory.peaks.empty else results.memory,
        lambda tables: memory_answers(tables.peaks),
        lazily("bench.show.figures.memory:memory_pictures"),
        memory_section,
    ),
    Topic(
        "frontier",
        "Time against memory",
        "Which takes least of both, time and memory?",
        lambda results: frontiers(results.rows, results.memory.peaks, results.baseline) or None,
        frontier_answers,
        lazily("bench.show.figures.frontier:frontier_pictures"),
        frontier_section,
        of_times=True,
    ),
    Topic(
        "limits",
        "Depth",
        "How deep can each go?",
        lambda results: None if results.limits.empty else results.limits,
        depth_answers,
        lazily("bench.show.figures.depth:depth_pictures"),
        depth_section,
    ),
    Topic(
        "training",
        "Training",
        "Do they learn the same?",
        all_trained,
        training_answers,
        lazily("bench.show.figures.training:training_pictures"),
        training_section,
    ),
    Topic(
        "interpreters",
        "Pythons",
        "What does it cost on each Python?",
        by_interpreter,
        interpreters_answers,
        lazily("bench.show.figures.axes.interpreters:interpreters_pictures"),
        interpreters_section,
        of_times=True,
    ),
    Topic(
        "layouts",
        "Layouts",
        "Rows or columns?",
        by_layout,
        lambda facts: facts.answers,
        lambda facts: lazily("bench.show.figures.axes.layouts:layouts_pictures")(facts.every),
        layouts_section,
        of_times=True,
    ),
    Topic("explore", "Explore", "Look around: every figure in one chart", explored, section=explore_section, of_times=True),
    Topic("sources", "Sources", "Which reads better?", sources, section=sources_section),
    Topic("cells", "Every cell", "Every ratio of every cell", timed, section=cells_section, of_times=True),
    Topic(
        "selfcheck",
        "Trust",
        "Can these figures be trusted?",
        lambda results: None if results.selfcheck.checks.empty else results.selfcheck,
        pictures=lazily("bench.show.figures.selfcheck:selfcheck_pictures"),
        section=selfcheck_section,
    ),
    Topic("reading", "Method", "How to read this", lambda results: results, section=reading_section),
    Topic("machine", "The machine", "The machine", lambda results: results.machine, section=machine_section),
    Topic("data", "Data", "The data, to save", lambda results: (results, timed(results)), section=data_section, of_times=True),
    Topic("glossary", "Glossary", "Glossary", lambda results: results, section=glossary_section),
]


def topic(anchor: str) -> Topic:
    """The topic of that anchor."""
    return next(entry for entry in TOPICS if entry.anchor == anchor)


def with_facts(results: Results, of_times: bool | None = None) -> Iterator[tuple[Topic, Any]]:
    """Every topic that has something to show, with its facts, or only those whose facts are `of_times`, or are not; facts that topics
    share are worked out once.
    """
    known: dict[Callable[[Results], Any], Any] = {}
    for entry in (entry for entry in TOPICS if of_times in (None, entry.of_times)):
        if entry.facts not in known:
            known[entry.facts] = entry.facts(results)
        if known[entry.facts] is not None:
            yield entry, known[entry.facts]


def in_order(made: Mapping[str, Markup]) -> Iterator[tuple[Topic, Markup]]:
    """Every topic that has a section, by its anchor, with that, in the order of the page."""
    return ((entry, made[entry.anchor]) for entry in TOPICS if entry.anchor in made)


def all_pictures(results: Results) -> list[Picture]:
    """Every picture that the results have data for, in the order of the page."""
    return [picture for entry, facts in with_facts(results) for picture in entry.pictures(facts)]
