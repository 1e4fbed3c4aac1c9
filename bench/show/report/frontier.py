"""The report's section on the frontier: the figure, who stands where in words, and every figure behind them."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from bench.analyse.frontier import Home, Place, frontier_findings
from bench.analyse.memory import mebibytes
from bench.plan.contenders import title
from bench.show.figures.frontier import frontier_pictures
from bench.show.report.sections import by_question, fill


def frontier_section(places: list[Place]) -> Markup:
    """The section as HTML; nothing if no cell has both times and peaks of two implementations."""
    if not places:
        return Markup()
    return fill(
        "frontier.html.j2",
        pictures=frontier_pictures(places),
        questions=by_question(frontier_findings(places)),
        tables=[_table(place) for place in places],
    )


def _table(place: Place) -> dict[str, Any]:
    """A row a home, the leanest first."""
    return {
        "heading": f"At {place.words}",
        "baseline": title(place.baseline),
        "rows": [_row(one) for one in place.homes],
    }


def _row(one: Home) -> tuple[str, ...]:
    peak = mebibytes(one.peak.size) + (" (resident)" if one.peak.meter == "resident" else "")
    time = f"{one.time.ratio:.3f} {one.time.interval}" if one.time else "1"
    loss = (
        (title(one.loss.impl), f"{one.loss.memory:.3f}", f"{one.loss.time.ratio:.3f} {one.loss.time.interval}")
        if one.loss
        else ("", "", "")
    )
    return title(one.impl), peak, time, one.standing, *loss
