"""The summary: a ratio, its interval and its verdict for every comparison in every cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from bench.analyse.observations import METRICS, Comparison, alpha_of, compared_in, observe, ratio_interval
from bench.analyse.ratios import heap_history, verdict
from bench.analyse.slices import Slice, slices
from bench.plan.contenders import pairs_of, problem_of
from bench.record.schemas import SCHEMAS
from bench.record.time_parts.rows import Rows, visits_of
from bench.record.time_parts.visits import by_visit
from bench.record.times import CELL_COLUMNS, only


def summarise(rows: Rows, compared: Sequence[Comparison]) -> pd.DataFrame:
    """The rows of summary.csv, for all machines, cells, comparisons and metrics in rows of time.csv.

    All intervals of one machine, problem and metric hold together at 95 %: these are the intervals that answers, tables and
    figures show, too.
    """
    visits = visits_of(rows)
    families = [*visits[["machine", "problem"]].drop_duplicates().itertuples(index=False, name=None)]
    alphas = {family: alpha_of(only(visits, (visits["machine"] == family[0]) & (visits["problem"] == family[1]))) for family in families}
    observations = observe(rows, compared, tuple(METRICS))
    cells = visits.drop_duplicates("cell").set_index("cell")[CELL_COLUMNS]
    groups = observations.groupby(["machine", "cell", "impl", "baseline", "metric"], sort=False, observed=True)
    return pd.DataFrame(_rows(groups, cells, alphas), columns=list(SCHEMAS["summary.csv"]))


def new_summary(times: Rows, baseline: str) -> pd.DataFrame:
    """The summary of one machine's rows of time.csv, of one problem, since summary.csv may be older than these."""
    return summarise(times, compared_in(times, baseline, pairs_in(times)))


def pairs_in(times: Rows) -> list[Comparison]:
    """The comparisons worth a row of their own, by the problem of rows of time.csv."""
    return [pair.names for name in visits_of(times)["problem"].dropna().unique() for pair in pairs_of(problem_of(name))]


def parts(times: pd.DataFrame, baseline: str) -> list[Slice]:
    """The slices of one machine's rows of time.csv, each with a new summary."""
    return list(slices(new_summary(times, baseline), by_visit(times))) if len(times) else []


def _rows(groups: Any, cells: pd.DataFrame, alphas: Mapping[Any, float]) -> Iterator[dict[str, Any]]:
    for (machine, cell, impl, baseline, metric), group in groups:
        place = cells.loc[cell]
        alpha = alphas[machine, place["problem"]]
        ratio, low, high = ratio_interval(group["log_ratio"], alpha)
        mean_ratio, mean_low, mean_high = ratio_interval(group["mean_log_ratio"], alpha)
        history = heap_history(group["log_ratio"].tolist(), group["fault_difference"].tolist())
        yield {
            "machine": machine,
            "cell": cell,
            "impl": impl,
            "baseline": baseline,
            "metric": metric,
            "passes": len(group),
            "ratio": ratio,
            "low": low,
            "high": high,
            "verdict": verdict(low, high),
            "mean_ratio": mean_ratio,
            "mean_low": mean_low,
            "mean_high": mean_high,
            "faulting_share": history.share if history else None,
            "without_faults": history.without if history else None,
            "with_faults": history.with_faults if history else None,
            **place,
        }
