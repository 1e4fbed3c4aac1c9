"""The report's section on depth: a table of every search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from bench.analyse.depth import age
from bench.plan.contenders import title
from bench.plan.depth import CALL, setting_of, way_title
from bench.show.answers.words import spaced


def depth_section(rows: pd.DataFrame) -> dict[str, Any]:
    """The tables for rows of limits.csv, and the interpreters that could not be studied."""
    tried = rows[rows["impl"].notna()]
    is_call = tried["impl"].str.startswith(CALL).astype(bool)
    return {
        "depth_tables": [
            *_table("Every implementation and setting", ["implementation", "setting"], tried[~is_call], _implementation_head),
            *_table("Every way of calling", ["way of calling"], tried[is_call], lambda row: [way_title(row.impl)]),
        ],
        "failed": rows[rows["impl"].isna()][["python", "status"]].to_dict("records"),
    }


def _table(heading: str, headings: list[str], rows: pd.DataFrame, head: Callable[[Any], list[str]]) -> list[dict[str, Any]]:
    """One table, a row a subject and a column an interpreter; none if there are no rows."""
    if rows.empty:
        return []
    pythons = sorted(set(rows["python"]), key=age)
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows.itertuples():
        lines.setdefault(tuple(head(row)), {})[row.python] = row
    return [
        {
            "heading": heading,
            "headings": headings,
            "pythons": pythons,
            "rows": [{"head": words, "cells": [_cell(line.get(python)) for python in pythons]} for words, line in lines.items()],
        }
    ]


def _implementation_head(row: Any) -> list[str]:
    return [title(row.impl), setting_of(row.recursion_limit, None if pd.isna(row.stack_bytes) else row.stack_bytes).words]


def _cell(row: Any) -> dict[str, str]:
    if row is None:
        return {"depth": "", "ending": "", "bytes": ""}
    if pd.isna(row.deepest_ok):
        return {"depth": "", "ending": row.status.replace("_", " "), "bytes": ""}
    ending = "" if row.status == "ok" else row.status.replace("_", " ")
    return {
        "depth": spaced(row.deepest_ok),
        "ending": ending,
        "bytes": "" if pd.isna(row.bytes_per_layer) else f"{row.bytes_per_layer:.0f}",
    }
