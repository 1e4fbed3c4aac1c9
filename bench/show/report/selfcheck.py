"""The report's section on the self-check: whether these figures can be trusted."""

from __future__ import annotations

from typing import Any

from bench.analyse.selfcheck.checks import valid
from bench.analyse.selfcheck.runs import tool_runs
from bench.analyse.selfcheck.tools import Judgement, judgements
from bench.record.selfcheck import Evidence
from bench.show.answers.words import percent


def selfcheck_section(evidence: Evidence) -> dict[str, Any]:
    """Every check, and every tool over time."""
    return {
        "warnings": evidence.warnings,
        "checks": evidence.checks.to_dict("records"),
        "tools": [_line(judgement) for run in tool_runs(evidence) for judgement in judgements(run)],
    }


def _line(judgement: Judgement) -> dict[str, Any]:
    return {
        "tool": judgement.tool,
        "seconds": f"{judgement.seconds:g}",
        "blocks": judgement.blocks,
        "false_alarms": judgement.false_alarms,
        "detections": judgement.detections,
        "half_width": "" if judgement.half_width is None else f"±{percent(judgement.half_width, 2)}",
        "valid": valid([judgement]),
    }
