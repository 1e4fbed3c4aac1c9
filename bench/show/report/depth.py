"""The report's section on depth: a table of every search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from bench.analyse.depth import age
from bench.measure.depth.trial_conditions import AS_USUAL
from bench.plan.contenders import title, told_of
from bench.plan.depth import CALL, setting_of, way_title
from bench.record.problems import problem_in
from bench.show.answers.words import listed, size, spaced
from bench.show.report.tables import Table

HOW = (
    "Each figure is the deepest {input} or call that went well. It is found by doubling and bisection, to within 1 %, or exactly below "
    "2 000. Each trial is a process of its own, with a limit on memory and time. {tried} Bytes are the peak of resident memory for each "
    "{level} or call, with all that it allocates, where the search went deep enough to tell."
)


def depth_section(rows: pd.DataFrame) -> dict[str, Any]:
    """The tables for rows of limits.csv, and the interpreters that could not be studied."""
    tried, failed = rows[rows["impl"].notna()], rows[rows["impl"].isna()]
    is_call = tried["impl"].str.startswith(CALL).astype(bool)
    tables = [
        _table("Every implementation and setting", ("implementation", "setting"), tried[~is_call], _implementation_and_setting),
        _table("Every way of calling", ("way of calling",), tried[is_call], lambda row: (way_title(row.impl),)),
    ]
    notes = [f"Python {row.python} could not be studied ({row.status})." for row in failed.itertuples()]
    notes += [*_surroundings(tried), *_introductions(tried[~is_call]), problem_in(rows).words.fill(HOW)]
    return {"tables": [table for table in tables if table.rows], "notes": notes}


def _surroundings(rows: pd.DataFrame) -> list[str]:
    """What was not as usual where depths were found, and can have moved them."""
    unusual = rows[rows["conditions"].notna() & rows["conditions"].ne(AS_USUAL)].groupby("conditions", sort=False)["python"].unique()
    notes = [f"Python {listed([*pythons])} ran under conditions that can move depth: {words}." for words, pythons in unusual.items()]
    short = rows.loc[rows["status"].eq("out_of_memory"), "memory_limit_bytes"].dropna()
    allowed = listed([size(limit) for limit in sorted(set(short))]) if len(short) else ""
    return [*notes, *([f"A depth that ended out of memory was allowed {allowed}; more memory moves it."] if allowed else [])]


def _introductions(rows: pd.DataFrame) -> list[str]:
    """Where the cache of each implementation lives, since some are tried for depth alone."""
    known = [told for told in map(told_of, dict.fromkeys(rows["impl"])) if told.cache and not told.own]
    lives = "; ".join(f"{told.title}: {told.cache}" for told in known)
    return [f"Where each keeps its cache: {lives}."] if known else []


def _table(heading: str, headings: tuple[str, ...], rows: pd.DataFrame, head: Callable[[Any], tuple[str, ...]]) -> Table:
    """A row a subject and a column an interpreter."""
    pythons = sorted(set(rows["python"]), key=age)
    lines: dict[tuple[str, ...], dict[str, str]] = defaultdict(lambda: dict.fromkeys(pythons, ""))
    for row in rows.itertuples():
        lines[head(row)][row.python] = _cell(row)
    right = frozenset(range(len(headings), len(headings) + len(pythons)))
    return Table((*headings, *pythons), [(*words, *cells.values()) for words, cells in lines.items()], right, heading)


def _implementation_and_setting(row: Any) -> tuple[str, str]:
    return title(row.impl), setting_of(row.recursion_limit, None if pd.isna(row.stack_bytes) else row.stack_bytes).words


def _cell(row: Any) -> Markup:
    """The depth, how a deeper one ended if it did, and the bytes of a layer if they are known, each on a line."""
    lines = ["" if pd.isna(row.deepest_ok) else escape(spaced(row.deepest_ok))]
    if row.status != "ok":
        lines.append(Markup('<span class="slower">{}</span>').format(row.status.replace("_", " ")))
    if pd.notna(row.bytes_per_layer):
        lines.append(Markup('<span class="soft">{:.0f} B</span>').format(row.bytes_per_layer))
    return Markup("<br>").join(lines)
