"""Changes between two results folders as a table in words, for a terminal and for a pull request."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from bench.analyse.changes import Change
from bench.plan.contenders import title

HEADINGS = ("cell", "implementation", "before", "now", "change")
STYLES = {"faster": "green", "slower": "red", "same": "bold", "undecided": "dim"}


def grid(found: Sequence[Change]) -> Table:
    """The table for a terminal."""
    table = Table(title=_what(found), title_justify="left", title_style="bold")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in ("before", "now") else "left")
    for one, words in zip(found, _rows(found), strict=True):
        table.add_row(*(escape(word) for word in words), style=STYLES[one.verdict])
    return table


def markdown(found: Sequence[Change], sentence: str) -> str:
    """The table in Markdown, under the sentence that sums it up."""
    rows = [HEADINGS, ("---", "---", "---:", "---:", "---"), *([_plain(word) for word in words] for words in _rows(found))]
    return "\n".join([f"**{_plain(sentence)}**", "", *(f"| {' | '.join(row)} |" for row in rows), "", _plain(_what(found))])


def sum_up(found: Sequence[Change], above: float | None) -> str:
    """One sentence on them all."""
    if above is not None:
        beyond = sum(one.certainly_above(above) for one in found)
        verb = "is" if beyond < 2 else "are"
        return f"{beyond or 'none'} of {len(found)} comparisons {verb} slower by more than {100 * above:g} % for certain"
    slower = sum(one.together[0] > 1 for one in found)
    faster = sum(one.together[1] < 1 for one in found)
    return f"of {len(found)} comparisons, {slower} became slower and {faster} faster for certain"


def _what(found: Sequence[Change]) -> str:
    baseline = title(found[0].baseline)
    return f"CPU time against the {baseline}, before and now, and the change between them with its 95 % interval"


def _rows(found: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    usual = found[0].baseline
    for cell, one in zip(_short([one.cell for one in found]), found, strict=True):
        who = title(one.impl) if one.baseline == usual else f"{title(one.impl)} ÷ {title(one.baseline)}"
        yield cell, who, f"{one.before:.3f}", f"{one.after:.3f}", _words(one)


def _words(one: Change) -> str:
    low, high = one.alone
    if math.isinf(high):
        return "too few passes"
    if one.verdict == "same":
        return f"the same within 1 % ({_percent(low - 1)} to {_percent(high - 1)})"
    if one.verdict == "undecided":
        return f"too close to call ({_percent(low - 1)} to {_percent(high - 1)})"
    small, large = sorted((abs(low - 1), abs(high - 1)))
    return f"{one.verdict} by {100 * small:.1f} to {100 * large:.1f} %"


def _percent(share: float) -> str:
    return f"{100 * share:+.1f} %"


def _short(cells: Sequence[str]) -> list[str]:
    """The words of a cell's name that are not the same in all; the whole name if they cannot be told apart."""
    words = [cell.split("-") for cell in cells]
    if len({len(one) for one in words}) > 1:
        return list(cells)
    varying = [place for place, column in enumerate(zip(*words, strict=True)) if len(set(column)) > 1]
    return ["-".join(one[place] for place in varying) or cell for one, cell in zip(words, cells, strict=True)]


def _plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return html.escape(text, quote=False).translate({ord(mark): f"\\{mark}" for mark in "\\`*_[]|~"})
