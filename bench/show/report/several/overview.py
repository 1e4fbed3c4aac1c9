"""The pages of a folder that has several problems: what recursion costs in each, on one screen, and a page for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bench.record.folder import PAGES
from bench.record.results import Results
from bench.show.answers.ending import ending_words
from bench.show.answers.words import capital
from bench.show.report.answer import answered_across, known
from bench.show.report.fill import fill
from bench.show.report.page import framed, render
from bench.show.topics import topic

FIRST = "report.html"
HEADING = "Problem by problem"
QUESTION = "Recursion or a loop?"
LEAD = "The same answer by other control flow, problem by problem: what recursion costs beside a loop."


def pages(every: Sequence[Results]) -> Iterator[tuple[str, str]]:
    """The name of each file, and the page in it; the one to open comes first."""
    if len(every) == 1:
        yield FIRST, render(every[0])
        return
    names = page_names([results.problem.name for results in every])
    yield FIRST, _overview(every, names)
    for results, name in zip(every, names, strict=True):
        yield name, render(results)


def page_names(problems: Sequence[str]) -> list[str]:
    """A file's name for each problem, with nothing in it that a system does not take.

    >>> page_names(["tree_sum", "my/tree", "my?tree"])
    ['report-tree_sum.html', 'report-my-tree.html', 'report-my-tree-2.html']
    """
    names: list[str] = []
    for problem in problems:
        word = re.sub(r"[^\w.]+", "-", problem).strip("-.") or "problem"
        alike = sum(name.removesuffix(".html").startswith(f"{PAGES}{word}") for name in names)
        names.append(f"{PAGES}{word}{f'-{alike + 1}' if f'{PAGES}{word}.html' in names else ''}.html")
    return names


def _overview(every: Sequence[Results], names: Sequence[str]) -> str:
    """The first page: a row a problem, each with a link to its own; below, those of which neither time nor memory is known."""
    pages = [*zip(every, names, strict=True)]
    links = [name for results, name in pages if known(results)]
    others = [(name, capital(results.problem.title)) for results, name in pages if name not in links]
    notes = [*ending_words(every[0].machine)]
    answer = fill("overview.html.j2", heading=HEADING, answer=answered_across(every), links=links, others=others, notes=notes)
    machine = topic("machine")
    contents = [(name, capital(results.problem.title)) for results, name in pages]
    sections = [answer, machine.html(every[0].machine)]
    return framed(every, [("#answer", HEADING), *contents, (f"#{machine.anchor}", machine.name)], sections, QUESTION, LEAD)
