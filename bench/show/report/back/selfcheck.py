"""The report's section on the self-check: whether these figures can be trusted."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from bench.analyse.selfcheck.checks import valid
from bench.analyse.selfcheck.runs import tool_runs
from bench.analyse.selfcheck.tools import Judgement, judgements
from bench.record.selfcheck import Evidence
from bench.show.report.tables import Table

VERDICTS = {"ok": "same", "failed": "slower"}  # status of a check -> the class that has its colour


def selfcheck_section(evidence: Evidence) -> dict[str, Any]:
    """Every check; and every tool over time, with whether chance explains its false alarms."""
    judged = [judgement for run in tool_runs(evidence) for judgement in judgements(run)]
    checks = [(row.check, _coloured(row.status), row.answer) for row in evidence.checks.itertuples()]
    headings = ("tool", "seconds", "comparisons", "false alarms", "detections", "half-width")
    return {
        "warnings": evidence.warnings,
        "other_settings": evidence.other_settings,
        "checks": Table(("check", "verdict", "what came out"), checks, wrapped=frozenset({2})),
        "tools": Table(headings, [*map(_tool_row, judged)], frozenset(range(1, 6)), "Every tool over time"),
    }


def _coloured(status: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(VERDICTS.get(status, "undecided"), status)


def _tool_row(judgement: Judgement) -> tuple[str, ...]:
    """One tool after one time; false alarms beyond chance are in red."""
    alarms = str(judgement.false_alarms)
    return (
        judgement.tool,
        f"{judgement.seconds:g}",
        str(judgement.blocks),
        alarms if valid([judgement]) else Markup('<span class="slower">{}</span>').format(alarms),
        str(judgement.detections),
        "" if judgement.half_width is None else f"±{100 * judgement.half_width:.2f} %",
    )
