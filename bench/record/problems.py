"""What machine.json says of problems, written and read back, and the keys that their rows are read with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from bench.plan.cells import BACKPROPAGATION
from bench.plan.code_text import functions_source
from bench.plan.contenders import REFERENCES, key, problem_of
from bench.plan.depth import CALL
from bench.plan.described import BUNDLED, DescribedProblem, Description, Words, titled
from bench.record.folder import baseline_of
from bench.record.times import only

SAID = ("level", "call", "input")  # the words that a problem says of itself
TOLD = ("title", "control_flow", "cache", "cache_kind", "recomputes", "library")  # of an implementation
LONGEST_SOURCE = 50_000  # characters: more than a thousand lines, which nobody reads side by side


def problem_record(problem: DescribedProblem) -> dict[str, Any]:
    """A problem as machine.json has it, with the functions of its implementations: the user's file may be gone tomorrow, and ours
    be another version.
    """
    words = asdict(problem.words)
    return {
        "title": problem.title,
        **{word: words[word] for word in SAID},
        "baseline": problem.baseline,
        "implementations": {name: _told_record(told) for name, told in problem.implementations.items()},
        "refused": dict(problem.refused),
    }


def _told_record(told: Description) -> dict[str, Any]:
    record = {what: value for what in TOLD if (value := getattr(told, what))}
    if told.code is not None:
        with suppress(OSError, ValueError, SyntaxError):  # without it there is less to read
            source = functions_source(told.code)
            record |= {"source": source} if len(source) <= LONGEST_SOURCE else {}
    return record


def described_problems(record: dict[str, Any], there: Mapping[str, Collection[str]]) -> list[DescribedProblem]:
    """What machine.json says of its problems, and of those that a folder has rows of: problem -> the names in these.

    A folder of an earlier version says nothing of them. Then names are all that is known.
    """
    said: Mapping[str, Any] = record.get("problems", {})
    return [_described(name, said.get(name, {}), there.get(name, ()), baseline_of(record)) for name in dict.fromkeys([*said, *there])]


def _described(name: str, said: Mapping[str, Any], names: Collection[str], baseline: str) -> DescribedProblem:
    words = Words(**{word: said[word] for word in SAID if word in said})
    problem = BUNDLED.get(name) or DescribedProblem(name, said.get("title", titled(name)), {}, baseline, words)
    known = dict(problem.implementations)
    for impl, told in said.get("implementations", {}).items():
        of_own = Description(**{what: told[what] for what in (*TOLD, "source") if what in told}, own=True)
        known[impl] = replace(known[impl], source=of_own.source) if impl in known else of_own
    for impl in sorted({*names} - {*REFERENCES}):
        known.setdefault(impl, Description(titled(impl) if problem.name not in BUNDLED else impl, own=True))
    return replace(problem, implementations=known, baseline=said.get("baseline", baseline), refused=said.get("refused", {}))


def names_there(*tables: pd.DataFrame) -> dict[str, list[str]]:
    """Problem -> the implementations that rows of it have, in the order recorded; ways of calling are none."""
    pairs = pd.concat([table[["problem", "impl"]].astype("string").dropna().drop_duplicates() for table in tables])
    pairs = pairs[~pairs["impl"].str.startswith(CALL)]
    return {str(name): [*dict.fromkeys(rows["impl"])] for name, rows in pairs.groupby("problem", sort=False)}


def of_problem(rows: pd.DataFrame, problem: str) -> pd.DataFrame:
    """The rows of one problem, with contenders by their keys, as all who show them look them up."""
    said = rows["problem"]
    its_own = only(rows, said.eq(problem).fillna(False) | (said.isna() & (problem == BACKPROPAGATION)))
    if problem == BACKPROPAGATION:  # there, keys are names
        return its_own
    if its_own["impl"].dtype == "category":
        return its_own.assign(impl=its_own["impl"].cat.rename_categories(lambda name: key(problem, str(name))))
    return its_own.assign(impl=its_own["impl"].map(lambda name: name if name.startswith(CALL) else key(problem, name), na_action="ignore"))


def keyed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of any number of problems, with contenders by their keys, problem by problem."""
    names = [str(name) for name in rows["problem"].dropna().unique()]
    parts = [of_problem(rows, name) for name in names]
    return parts[0] if len(parts) == 1 else pd.concat([part.astype({"impl": "string"}) for part in parts]).astype({"impl": "category"})


def baseline_in(rows: pd.DataFrame) -> str:
    """The key of what ratios are taken against, of rows that are all of one problem."""
    problem = problem_in(rows)
    return key(problem.name, problem.baseline)


def problem_in(rows: pd.DataFrame) -> DescribedProblem:
    """The problem that rows are of, all of one; backpropagation if they do not say."""
    names = rows["problem"].dropna()
    return problem_of(str(names.iloc[0]) if len(names) else BACKPROPAGATION)
