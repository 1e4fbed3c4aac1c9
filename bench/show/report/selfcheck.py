"""The report's section on the self-check: whether these figures can be trusted."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from bench.analyse.selfcheck.checks import known_differences, rows, valid
from bench.analyse.selfcheck.tools import Judgement, judgements
from bench.record.selfcheck import Evidence
from bench.show.figures.selfcheck import selfcheck_pictures
from bench.show.report.sections import fill


def selfcheck_section(evidence: Evidence) -> Markup:
    """The section; nothing if there was no self-check."""
    if evidence.checks.empty:
        return Markup()
    return fill(
        "selfcheck.html.j2",
        warnings=evidence.warnings,
        checks=evidence.checks.to_dict("records"),
        pictures=selfcheck_pictures(evidence),
        tools=[line for row in rows(evidence) for line in _lines(judgements(row))],
        known=known_differences(evidence),
    )


def _lines(found: list[Judgement]) -> list[dict[str, Any]]:
    return [
        {
            "tool": one.tool,
            "seconds": f"{one.seconds:g}",
            "blocks": one.blocks,
            "false_alarms": one.false_alarms,
            "detections": one.detections,
            "half_width": "" if one.half_width is None else f"±{100 * one.half_width:.2f} %",
            "valid": valid([one]),
        }
        for one in found
    ]
