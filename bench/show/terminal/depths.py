"""The study of depth on a terminal: a table of implementations by settings."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bench.analyse.depth import Reach, reaches
from bench.plan.contenders import title
from bench.plan.depth import SETTINGS
from bench.record.problems import problem_in
from bench.show.answers.words import capital, spaced

MARKS = {
    "ok": ("+", "the most that was tried"),
    "recursion_error": (" R", "RecursionError"),
    "segfault": (" S", "segmentation fault"),
    "out_of_memory": (" M", "out of memory"),
    "timeout": (" T", "out of time"),
    "error": (" E", "error"),
}  # status -> what follows a depth, and what that means


def depths_table(rows: pd.DataFrame) -> Table | None:
    """Levels of the deepest input that goes well, a row an implementation and interpreter, a column a setting; None without any."""
    words, every = problem_in(rows).words, [reach for reach in reaches(rows) if not reach.is_call]
    if not every:
        return None
    settings = [setting for setting in SETTINGS if any(reach.setting == setting for reach in every)]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, title_justify="left", caption_justify="left")
    table.title, table.caption = Text(f"{capital(words.levels)} of the deepest {words.input} that {words.goes}", "bold"), _legend(every)
    several = len({reach.python for reach in every}) > 1
    for heading in ("Python",) * several + ("",):
        table.add_column(heading)
    for setting in settings:
        table.add_column(escape(setting.words.replace("limit raised, ", "")), justify="right")
    for python, impl in dict.fromkeys((reach.python, reach.impl) for reach in every):
        here = {reach.setting: reach for reach in every if (reach.python, reach.impl) == (python, impl)}
        table.add_row(*(python,) * several, escape(title(impl)), *(_words(here.get(setting)) for setting in settings))
    return table


def _words(reach: Reach | None) -> Text:
    if reach is None:
        return Text()
    mark, _ = MARKS[reach.status]
    return Text(f"{spaced(reach.deepest)}{mark}", style="" if reach.free else "red")


def _legend(every: Sequence[Reach]) -> str:
    """What the marks mean that there are."""
    statuses = {reach.status for reach in every}
    pythons = {reach.python for reach in every}
    ran = f"Python {next(iter(pythons))}. " if len(pythons) == 1 else ""
    return ran + "; ".join(f"{mark.strip()} {words}" for status, (mark, words) in MARKS.items() if status in statuses)
