"""Failures of earlier runs: which still stand, which are tried again, and what the user is told of them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.measure.machine import capacity
from bench.measure.workers.second_tries import AGAIN, WENT_WELL, lasts
from bench.record.tables import words_of
from bench.record.times import started_at
from bench.show.answers.words import counted

RETRY = "give --retry to try it again"


def standing(rows: pd.DataFrame) -> pd.DataFrame:
    """The failures that no later row of the same contender in the same cell has made up for, the latest of each."""
    passed = words_of(rows["detail"]).str.endswith(WENT_WELL).astype(bool)
    said = rows[(rows["status"] != "skipped") & ~passed]
    last = said.groupby(["cell", "impl"], sort=False, observed=True).tail(1)
    return last[last["status"] != "ok"]


def kept(failures: pd.DataFrame, retry: bool) -> pd.DataFrame:
    """Those that need not be tried again: what failed twice by itself; with `retry`, none."""
    own = [lasts(status, detail) and not retry for status, detail in zip(failures["status"], words_of(failures["detail"]), strict=True)]
    return failures[pd.Series(own, failures.index, dtype=bool)]


def to_read_again(peaks: pd.DataFrame, retry: bool) -> pd.DataFrame:
    """The rows of memory.csv whose meter is to be read again: failures that are not kept, and cells that did not fit."""
    failed = peaks[~peaks["status"].isin(["ok", "skipped"])]
    did_not_fit = peaks[(peaks["status"] == "skipped") & words_of(peaks["detail"]).str.startswith(capacity.NEEDS)]
    return pd.concat([failed.drop(kept(failed, retry).index), did_not_fit])


def failure_words(failures: pd.DataFrame, retry: bool) -> Iterator[str]:
    """What the user is told: who is left out, of how many cells, since when, why, and how to retry it; and who is tried again."""
    stays = kept(failures, retry)
    told_alike = stays.assign(detail=words_of(stays["detail"])).groupby(["impl", "status", "detail"], sort=False, observed=True)
    for (impl, status, detail), rows in told_alike:
        why = f"it failed twice, {_since(rows)} ({status}: {detail.removesuffix(AGAIN)})"
        yield f"{impl} is left out of {counted(len(rows), 'cell')}: {why}; {RETRY}"
    again = failures.drop(stays.index)
    for (impl, status), rows in again.groupby(["impl", "status"], sort=False, observed=True):
        detail = words_of(rows["detail"]).iloc[-1].removesuffix(AGAIN)
        yield f"{impl} failed in {counted(len(rows), 'cell')}, {_since(rows)} ({status}: {detail}), and is tried again"


def _since(rows: pd.DataFrame) -> str:
    """When the first of them failed, as far as the name of its run says."""
    began = [at for run in rows["run"].dropna() if (at := started_at(run))] if "run" in rows else []
    return f"on {min(began):%d %B %Y at %H:%M} UTC" if began else "in an earlier run"
