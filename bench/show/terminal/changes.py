"""Changes between two results folders as a table, for a terminal and for a pull request."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from bench.analyse.between.changes import Change, OneSided
from bench.plan.cells import short_names
from bench.plan.contenders import title
from bench.show.answers.words import named, percent
from bench.show.terminal.tables import VERDICT_STYLES, titled_table

NAMED = 3  # cells that a sentence names; it counts the others
HEADINGS = ("cell", "implementation", "before", "now", "change")


def changes_table(changed: Sequence[Change]) -> Table:
    """The table for a terminal."""
    table = titled_table(_caption(changed), *HEADINGS, right=("before", "now"))
    for change, words in zip(changed, _rows(changed), strict=True):
        table.add_row(*(escape(word) for word in words), style=VERDICT_STYLES[change.verdict])
    return table


def markdown(changed: Sequence[Change], sentence: str, notes: Sequence[str] = ()) -> str:
    """The table in Markdown, under the sentence that sums it up and above what else is to be known."""
    rows = [HEADINGS, ("---", "---", "---:", "---:", "---"), *([_plain(word) for word in words] for words in _rows(changed))]
    table = [f"| {' | '.join(row)} |" for row in rows]
    paragraphs = [_plain(text) for text in (_caption(changed), *notes)]
    return "\n".join([f"**{_plain(sentence)}**", "", *table, "", "\n\n".join(paragraphs)])


def sum_up(changed: Sequence[Change], above: float | None) -> str:
    """One sentence on them all."""
    if above is not None:
        beyond = sum(change.certainly_above(above) for change in changed)
        verb = "is" if beyond < 2 else "are"
        return f"{beyond or 'none'} of {len(changed)} comparisons {verb} slower by more than {100 * above:g} % for certain"
    slower = sum(change.together[0] > 1 for change in changed)
    faster = sum(change.together[1] < 1 for change in changed)
    return f"of {len(changed)} comparisons, {slower} became slower and {faster} faster for certain"


def floor_advice(changed: Sequence[Change]) -> str:
    """One sentence on the baseline over the floor; empty where it has not changed for certain, or is not compared."""
    clear = [change for change in changed if change.together[0] > 1 or change.together[1] < 1]
    if not clear:
        return ""
    most = max(clear, key=lambda change: abs(math.log(change.after / change.before)))
    where = dict(zip(changed, short_names([change.cell for change in changed]), strict=True))[most]
    return (
        f"{title(most.impl)} ÷ {title(most.baseline)} changed in {len(clear)} of {len(changed)} cells, most in {where or most.cell_id}: "
        f"{_words(most)}. What makes all implementations slower alike shows only there; this is advice, and no gate looks at it"
    )


def left_out_words(folder: str, there: OneSided) -> Iterator[str]:
    """What one folder alone has, and is not compared for that."""
    if there.cells:
        yield f"only {folder} has {_some(there.cells, 'cell')}; left out"
    if there.impls:
        yield f"only {folder} has {', '.join(map(title, there.impls))} in some cells that both have; left out there"


def _some(names: Sequence[str], noun: str) -> str:
    """How many there are, and the first of them by name."""
    shown = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {noun}{'s' * (len(names) > 1)} ({shown}{more})"


def _caption(changed: Sequence[Change]) -> str:
    baselines = " or ".join(dict.fromkeys(named(change.baseline) for change in changed))
    return f"CPU time against {baselines}, before and now, and the change between them with its 95 % interval"


def _rows(changed: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    for cell, change in zip(short_names([change.cell for change in changed]), changed, strict=True):
        yield cell or change.cell_id, title(change.impl), f"{change.before:.3f}", f"{change.after:.3f}", _words(change)


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
