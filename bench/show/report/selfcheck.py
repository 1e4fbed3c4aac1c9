"""The report's section on the self-check: whether these figures can be trusted."""

from __future__ import annotations

from typing import Any

from bench.analyse.selfcheck.checks import valid
from bench.analyse.selfcheck.runs import tool_runs
from bench.analyse.selfcheck.tools import judgements
from bench.record.selfcheck import Evidence


def selfcheck_section(evidence: Evidence) -> dict[str, Any]:
    """Every check; and every tool over time, with whether chance explains its false alarms."""
    judged = [judgement for run in tool_runs(evidence) for judgement in judgements(run)]
    return {
        "warnings": evidence.warnings,
        "checks": evidence.checks.to_dict("records"),
        "tools": [(judgement, valid([judgement])) for judgement in judged],
    }
