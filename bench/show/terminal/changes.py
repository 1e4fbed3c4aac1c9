"""Changes between two results folders as a table, for a terminal and for a pull request."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from bench.analyse.changes import Change
from bench.plan.cells import short_names
from bench.plan.contenders import title
from bench.show.answers.words import percent
from bench.show.terminal.tables import VERDICT_STYLES, titled_table

HEADINGS = ("cell", "implementation", "before", "now", "change")


def changes_table(changed: Sequence[Change]) -> Table:
    """The table for a terminal."""
    table = titled_table(_caption(changed), *HEADINGS, right=("before", "now"))
    for change, words in zip(changed, _rows(changed), strict=True):
        table.add_row(*(escape(word) for word in words), style=VERDICT_STYLES[change.verdict])
    return table


def markdown(changed: Sequence[Change], sentence: str) -> str:
    """The table in Markdown, under the sentence that sums it up."""
    rows = [HEADINGS, ("---", "---", "---:", "---:", "---"), *([_plain(word) for word in words] for words in _rows(changed))]
    return "\n".join([f"**{_plain(sentence)}**", "", *(f"| {' | '.join(row)} |" for row in rows), "", _plain(_caption(changed))])


def sum_up(changed: Sequence[Change], above: float | None) -> str:
    """One sentence on them all."""
    if above is not None:
        beyond = sum(change.certainly_above(above) for change in changed)
        verb = "is" if beyond < 2 else "are"
        return f"{beyond or 'none'} of {len(changed)} comparisons {verb} slower by more than {100 * above:g} % for certain"
    slower = sum(change.together[0] > 1 for change in changed)
    faster = sum(change.together[1] < 1 for change in changed)
    return f"of {len(changed)} comparisons, {slower} became slower and {faster} faster for certain"


def _caption(changed: Sequence[Change]) -> str:
    baseline = title(changed[0].baseline)
    return f"CPU time against the {baseline}, before and now, and the change between them with its 95 % interval"


def _rows(changed: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    usual = changed[0].baseline
    for cell, change in zip(short_names([change.cell for change in changed]), changed, strict=True):
        name = title(change.impl) if change.baseline == usual else f"{title(change.impl)} ÷ {title(change.baseline)}"
        yield cell or change.cell_id, name, f"{change.before:.3f}", f"{change.after:.3f}", _words(change)


def _words(change: Change) -> str:
    low, high = change.alone
    if math.isinf(high):
        return "too few passes"
    if change.verdict == "same":
        return f"the same within 1 % ({_signed(low - 1)} to {_signed(high - 1)})"
    if change.verdict == "undecided":
        return f"too close to call ({_signed(low - 1)} to {_signed(high - 1)})"
    small, large = sorted((abs(low - 1), abs(high - 1)))
    return f"{change.verdict} by {100 * small:.1f} to {percent(large, 1)}"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f} %"


def _plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return html.escape(text, quote=False).translate({ord(mark): f"\\{mark}" for mark in "\\`*_[]|~"})
