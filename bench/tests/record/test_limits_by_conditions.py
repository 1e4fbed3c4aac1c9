"""Depths that were found under different limits of the C stack, or other conditions, are rows of their own."""

import subprocess
import sys

import pandas as pd
import pytest

from bench.measure.depth.study import NO_LIMIT, Limit
from bench.plan.depth import RAISED
from bench.record.limits import machines_limits, put_limit
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.tests.places import ROOT

MIB = 2**20


def limit(deepest, stack, impl="recursive", status="ok", memory=None, conditions=None):
    return Limit("3.11.7", impl, RAISED, None, deepest, None, status, None, 0.1, "", stack, memory, conditions)


@pytest.fixture
def table(tmp_path):
    return Table(tmp_path, "limits.csv")


def shown(table, stack=None, **more):
    told = []
    return machines_limits(table, "m", told.append, stack, **more)["deepest_ok"].tolist(), told


def test_a_search_under_another_stack_replaces_nothing(table):
    for deepest, stack in ((10, 8 * MIB), (40, 32 * MIB), (11, 8 * MIB), (99, NO_LIMIT)):
        put_limit(table, "m", limit(deepest, stack))
    assert sorted(table.read()["deepest_ok"]) == [11, 40, 99]
    assert shown(table, 8 * MIB) == (
        [11],
        [f"{table.path}: 1 rows were found under another stack ({other}, not 8 MiB) and are left out" for other in ("32 MiB", "no limit")],
    )


def test_what_most_rows_were_found_under_is_shown_and_of_two_the_last(table):
    put_limit(table, "m", limit(10, 8 * MIB))
    put_limit(table, "m", limit(40, 32 * MIB))
    assert shown(table)[0] == [40]
    put_limit(table, "m", limit(10, 8 * MIB, "closures"))
    assert shown(table)[0] == [10, 10]


def test_rows_of_an_earlier_version_are_read_shown_and_replaced(table):
    columns = [*SCHEMAS["limits.csv"]][:10]
    rows = [["m", "3.11.7", impl, RAISED, None, 7, None, "ok", None, 0.1] for impl in ("recursive", "iterative")]
    pd.DataFrame(rows, columns=columns).to_csv(table.path, index=False)
    assert shown(table) == ([7, 7], [])
    put_limit(table, "m", limit(10, 8 * MIB))
    assert shown(table) == ([7, 10], [])


def test_another_machines_rows_are_taken_with_a_word_on_it(table):
    put_limit(table, "another", limit(10, 8 * MIB))
    assert shown(table) == ([10], [f"{table.path}: has no rows of machine m; those of another are taken"])


def test_a_search_under_other_conditions_replaces_nothing_and_is_not_mixed_with_others(table):
    for deepest, conditions, impl in (
        (1, "as usual", "recursive"),
        (2, "as usual", "closures"),
        (3, "tracer x", "recursive"),
        (4, "as usual", "recursive"),
        (5, "tracer x", "call:plain"),
    ):
        put_limit(table, "m", limit(deepest, 8 * MIB, impl, conditions=conditions))
    assert sorted(table.read()["deepest_ok"]) == [2, 3, 4, 5]
    left_out = f"{table.path}: 1 rows of Python 3.11.7 were found under other conditions (tracer x; those that are shown: as usual)"
    assert shown(table) == ([2, 4, 5], [f"{left_out} and are left out"])
    assert shown(table, conditions={("3.11.7", False): "tracer x"})[0] == [3, 5]


@pytest.mark.parametrize(
    ("then", "now", "kept", "seen"),
    [
        (("ok", 4096), ("out_of_memory", 512), 2, 100),  # less was allowed
        (("out_of_memory", 4096), ("out_of_memory", 512), 2, 100),
        (("out_of_memory", 512), ("out_of_memory", 4096), 1, 50),  # more was allowed
        (("out_of_memory", 512), ("ok", 256), 1, 50),  # memory did not end it
        (("ok", 512), ("out_of_memory", 512), 1, 50),  # as much was allowed, so the code is another
        (("ok", None), ("out_of_memory", 512), 1, 50),  # what was not recorded counts as the same
    ],
)
def test_a_search_that_memory_ended_does_not_replace_one_that_was_allowed_more(table, then, now, kept, seen):
    for deepest, (status, mebibytes) in ((100, then), (50, now)):
        put_limit(table, "m", limit(deepest, 8 * MIB, status=status, memory=mebibytes and mebibytes * MIB))
    assert len(table.read()) == kept
    deepest, told = shown(table)
    assert deepest == [seen]
    assert told == ([f"{table.path}: 1 rows were found with less memory (512 MiB) and are left out"] if kept == 2 else [])


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit, and a main thread that follows it")
def test_the_verb_records_the_stack_that_it_ran_under(tmp_path):
    command = f"{sys.executable} -m bench limits --python --impl recursive --max-depth 5 --results {tmp_path}"
    for mebibytes in (8, 16):
        subprocess.run(["bash", "-c", f"ulimit -s {mebibytes * 1024}; {command}"], check=True, env={"PYTHONPATH": str(ROOT)}, timeout=120)
    rows = pd.read_csv(tmp_path / "limits.csv")
    assert rows["stack_limit_bytes"].value_counts().to_dict() == {8 * MIB: len(rows) / 2, 16 * MIB: len(rows) / 2}
