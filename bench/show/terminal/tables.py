"""Tables for the terminal, all in one style."""

from __future__ import annotations

from collections.abc import Collection

from rich.table import Table

VERDICT_STYLES = {"faster": "green", "slower": "red", "same": "bold", "undecided": "dim"}


def titled_table(title: str, *headings: str, right: Collection[str] = ()) -> Table:
    """An empty table with its title above it; the columns under the headings in `right` are aligned to the right."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", overflow="fold")
    return table
