"""Assignments and visits as plain data, in which they cross the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell

Plain = Mapping[str, Any]
FIELDS = [field.name for field in fields(Measurement)]


def plain_assignment(assignment: Assignment) -> dict[str, Any]:
    """An assignment as it travels."""
    return {
        "cell": asdict(assignment.cell),
        "pass": assignment.pass_number,
        "contenders": list(assignment.contenders),
        "seed": assignment.seed,
        "rounds": assignment.rounds,
    }


def assignment_of(plain: Plain) -> Assignment:
    """The assignment that has travelled."""
    return Assignment(Cell(**plain["cell"]), plain["pass"], tuple(plain["contenders"]), plain["seed"], plain["rounds"])


def plain_visit(finished: Finished) -> dict[str, Any]:
    """A visit as it travels: a column a field of its rows, since ten long lists are read in half the time that a list a row takes."""
    columns = [[getattr(row, name) for row in finished.rows] for name in FIELDS]
    return {"of": plain_assignment(finished.assignment), "columns": columns, "wall_s": finished.wall_s, "rounds_s": finished.rounds_s}


def visit_of(plain: Plain) -> Finished:
    """The visit that has travelled."""
    rows = _rows(plain["columns"])
    return Finished(assignment_of(plain["of"]), rows, plain["wall_s"], plain["rounds_s"])


def _rows(columns: Sequence[Sequence[Any]]) -> tuple[Measurement, ...]:
    """The rows that columns hold, filled in column by column: the constructor of a frozen class would be a third of all that a pass of
    5 400 rows takes of the client.
    """
    rows = [object.__new__(Measurement) for _ in columns[0]]
    values = [vars(row) for row in rows]
    for name, column in zip(FIELDS, columns, strict=True):
        for of_row, value in zip(values, column, strict=True):
            of_row[name] = value
    return tuple(rows)
