"""What identifies a machine, what does not, and what is said of the rows of others."""

import json
import os

import psutil
import pytest

from bench.cli import main
from bench.measure.machine import fingerprint as module
from bench.measure.machine.fingerprint import LASTING, fingerprint, known_machines, machine_differences, same_machine
from bench.record.folder import write_machine
from bench.record.results import read_results
from bench.tests.places import ROOT
from bench.tests.rows import write_results

HERE = {**dict.fromkeys(LASTING, "x"), "memory_bytes": 16 * 2**30}


def test_a_count_that_python_is_told_is_not_the_machines(monkeypatch):
    before = fingerprint()
    monkeypatch.setenv("PYTHON_CPU_COUNT", "1")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert fingerprint()["machine"] == before["machine"]
    assert fingerprint()["cores"] == psutil.cpu_count()


def test_a_machine_keeps_its_name_while_its_memory_differs_a_little(monkeypatch):
    first = fingerprint()
    memory = psutil.virtual_memory()
    for share, same in ((0.97, True), (1.04, True), (0.5, False)):
        monkeypatch.setattr(psutil, "virtual_memory", lambda share=share: memory._replace(total=int(memory.total * share)))
        again = fingerprint(first)
        assert (again["machine"] == first["machine"]) == same
    assert {first["machine"], again["machine"]} == again["machines"].keys()


def test_a_record_of_an_earlier_version_gives_the_same_machine_its_name():
    """It has another digest, and no `machines`; other hardware under it is another machine."""
    record = {key: value for key, value in fingerprint().items() if key not in ("machines", "python_build")} | {"machine": "0ld"}
    assert fingerprint(record)["machine"] == "0ld"
    other = fingerprint({**record, "cpu": "another"})
    assert other["machine"] != "0ld"
    assert machine_differences(other["machines"]["0ld"], other) == [f"processor (another there, {other['cpu']} here)"]
    assert fingerprint({"machine": "m", "settings": {}})["machine"] not in ("m", "0ld")


def test_a_machine_of_two_names_is_one_and_an_unknown_one_is_another():
    assert same_machine({"machine": "a", **HERE}, {"machine": "b", **HERE, "memory_bytes": 15.9 * 2**30})
    assert not same_machine({"machine": "a", **HERE}, {"machine": "b", **HERE, "cores": 4})
    assert not same_machine({"machine": "a"}, {"machine": "b"})
    assert same_machine({"machine": "a"}, {"machine": "a"})


def test_rows_of_another_machine_are_told_with_what_differs(tmp_path, monkeypatch, capsys):
    results = write_results(tmp_path / "results", lambda cell: 1.2, machine="0ther")
    facts = {key: fingerprint()[key] for key in LASTING} | {"cpu": "Motorola 68000"}
    write_machine(results, {"machine": "0ther", **facts, "settings": {"baseline": "iterative"}})
    (tmp_path / "tiny.toml").write_text("depth = 1\nwidth = 2\nbatch = 4\nimpls = ['recursive']\nprecision = 0.9\nbudget_s = 0.1\n")
    sentence = "80 rows are another machine's (0ther) and are left out; what differs is processor (Motorola 68000 there, "
    assert main(["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--results", str(results)]) == 0
    assert sentence in capsys.readouterr().err
    assert main(["report", "--results", str(results)]) == 0  # another machine has measured since, and the first is not forgotten
    assert sentence in capsys.readouterr().err
    record = json.loads((results / "machine.json").read_text())
    assert record["machines"]["0ther"]["cpu"] == "Motorola 68000"
    monkeypatch.setattr(module, "_cpu_model", lambda: "Motorola 68000")
    assert fingerprint(record)["machine"] == "0ther"


def test_a_machines_settings_are_not_forgotten_while_another_measures(tmp_path, monkeypatch, capsys):
    (tmp_path / "tiny.toml").write_text("depth = 1\nwidth = 2\nbatch = 4\nimpls = ['recursive']\nprecision = 0.9\nbudget_s = 0.1\n")
    command = ["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results")]
    assert main(command) == 0
    with monkeypatch.context() as other:
        other.setattr(module, "_cpu_model", lambda: "Motorola 68000")
        assert main(command) == 0
    monkeypatch.setenv("PYTHONMALLOC", "malloc")
    assert main(command) == 2
    assert "measured under other settings: PYTHONMALLOC (not set then, malloc now)" in capsys.readouterr().err
    monkeypatch.delenv("PYTHONMALLOC")
    assert main(command) == 0


def test_without_a_record_what_differs_is_not_known(tmp_path, capsys):
    results = write_results(tmp_path / "results", lambda cell: 1.2)
    path = results / "time.csv"
    lines = path.read_text().splitlines(True)
    path.write_text("".join([*lines, *(line.replace(",m,", ",n,", 1) for line in lines[1:])]))
    assert main(["report", "--results", str(results)]) == 0
    assert "80 rows are another machine's (n) and are left out; machine.json does not have what differs" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["", "frameworks", "frameworks_wide", "homes"])
def test_the_reference_results_are_read(folder):
    """They have the names of their machines from an earlier version."""
    [results] = read_results(ROOT / "results" / "reference" / folder, lambda sentence: None)
    assert results.times["machine"].unique().tolist() == [results.machine["machine"]]
    assert known_machines(results.machine)[results.machine["machine"]].keys() >= LASTING.keys() - {"python_build"}


def test_what_a_record_says_of_machines_is_checked(tmp_path, capsys):
    results = write_results(tmp_path / "results", lambda cell: 1.2)
    write_machine(results, {"machine": "m", "machines": {"n": {"memory_bytes": "much"}}})
    assert main(["compare", str(results), str(results)]) == 2
    assert "is not a record of a machine (look at machines.n.memory_bytes)" in capsys.readouterr().err
