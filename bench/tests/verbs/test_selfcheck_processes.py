"""The self-check in real processes: what is given to tools and runs, a whole check of some seconds, and one without its tools."""

import json
import sys
import time

import psutil
import pytest

import bench.verbs.selfcheck as verb
from bench.cli import main
from bench.measure.machine.conditions import conditions
from bench.measure.other_tools import known_work
from bench.measure.other_tools.renamed import write_renamed
from bench.measure.other_tools.whole_runs import neighbour
from bench.plan import selfcheck as plan
from bench.plan.code_text import source_of
from bench.plan.contenders import load_file
from bench.record.folder import write_machine
from bench.record.tables import Table
from bench.tests.rows import write_results
from bench.tests.runs import points_sweep
from impls.contract import check, example
from impls.iterative import iterative


@pytest.mark.parametrize("one", [known_work.hundred, known_work.more_1, known_work.more_2, known_work.more_5, known_work.more_10])
def test_more_work_is_right_and_is_as_many_times_the_work(one, monkeypatch):
    check(one)
    calls = []
    monkeypatch.setattr(known_work, "once", lambda *arguments: calls.append(1) or 0.0)
    one.backprop(*example((3, 2, 1)), lambda l, dW, db: None)
    assert len(calls) == pytest.approx(100 * plan.TRUTH.get(one.name, 1.0))


def test_a_large_array_beside_it_changes_no_gradient():
    check(known_work.large_arrays)


def test_the_renamed_copy_is_the_source_but_for_its_name(tmp_path):
    [copy] = load_file(str(write_renamed(iterative, tmp_path)))
    check(copy)
    lines, copied = ((source.splitlines()) for source in (source_of("impls.iterative"), (tmp_path / "renamed.py").read_text()))
    assert sum(line != other for line, other in zip(lines, copied, strict=True)) == 1
    assert copy.name == plan.RENAMED


@pytest.mark.skipif(sys.platform != "linux", reason="reads another process's CPU time")
def test_a_neighbour_is_busy_and_gone_afterwards():
    with neighbour(30) as process:
        them = psutil.Process(process.pid)
        while them.cpu_times().user < 0.05:
            time.sleep(0.01)
    assert not psutil.pid_exists(process.pid)


def test_a_neighbour_ends_by_itself():
    with neighbour(0.1) as process:
        assert process.wait(60) == 0


@pytest.mark.parametrize("budget", ["0", "-1", "nan", "inf"])
def test_a_budget_must_be_one(budget, tmp_path, capsys):
    assert main(["selfcheck", "--results", str(tmp_path), f"--budget={budget}"]) == 2
    assert "give a number of seconds above 0" in capsys.readouterr().err


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A self-check of a few visits with real processes and real tools."""
    home = tmp_path_factory.mktemp("selfcheck")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "WHOLE", plan.Shares(grid_s=0.1, deep_s=0.1, wide_s=0.1, known_s=0.1, run_s=0.5, turns=1, trio_s=0.5))
        patch.setattr(plan, "RUN_SWEEP", points_sweep(home, depth=4, width=4, impls=["iterative", "iterative_pop", "recursive"]))
        patch.setattr(plan, "PYTEST_BENCHMARK_S", 0.1)
        patch.setattr(plan, "PYPERF_PROCESSES", 1)
        patch.setattr(plan, "TIMEIT_REPEATS", 2)
        code = main(["selfcheck", "--results", str(home)])
    return code, home


def test_a_real_one_hears_every_tool_and_writes_a_page(real):
    code, home = real
    others = Table(home / "selfcheck", "others.csv").read()
    assert set(others["tool"]) == {"pytest-benchmark", "pyperf", "timeit"}
    medians = others.groupby("subject")["seconds"].median()
    assert set(medians.index) == {"first", "again", "more"}
    assert medians.between(1e-4, 1.0).all()
    verdicts = Table(home / "selfcheck", "checks.csv").read()
    assert code == (1 if (verdicts["status"] == "failed").any() else 0)
    assert set(verdicts.loc[verdicts["check"].str.contains("meter"), "status"]) <= {"ok", "skipped"}
    assert "Can these figures be trusted?" in (home / "report.html").read_text()
    assert {*verdicts.loc[verdicts["check"].str.contains("two runs"), "status"]} == {"undecided"}  # half a second is too short
    assert all((home / "selfcheck" / run / "time.csv").exists() for run in plan.RUNS)


def test_its_figure_is_drawn(real, tmp_path):
    _, home = real
    assert main(["plot", "--results", str(home), "--plots", str(tmp_path)]) in (0, 3)


def test_a_tool_that_is_missing_is_left_out_and_settings_are_told_recorded_and_not_mixed(tmp_path, monkeypatch, capsys):
    from bench.measure.other_tools import sessions as tools

    def missing(data, amount):
        raise tools.ToolMissing("it is not installed")

    monkeypatch.setattr(tools, "pyperf", missing)
    monkeypatch.setattr(tools, "pytest_benchmark", missing)
    monkeypatch.setattr("bench.verbs.selfcheck.whole_run", lambda *arguments: "another test makes it")
    monkeypatch.setattr("bench.verbs.selfcheck.read_pairs", lambda data: [])
    monkeypatch.setattr(plan, "WHOLE", plan.Shares(grid_s=0.1, deep_s=0.1, wide_s=0.1, known_s=0.1, run_s=0.1, turns=2, trio_s=0.1))
    monkeypatch.setattr(plan, "TIMEIT_REPEATS", 1)
    monkeypatch.setenv("PYTHONMALLOC", "malloc")
    main(["selfcheck", "--results", str(tmp_path)])
    err = " ".join(capsys.readouterr().err.split())
    assert err.count("pyperf is left out: it is not installed") == 1
    assert err.count("`pip install '.[selfcheck]'` installs it") == 2
    assert set(Table(tmp_path / "selfcheck", "others.csv").read()["tool"]) == {"timeit"}

    what = "PYTHONMALLOC=malloc is set, which can change figures"
    assert err.count(f"{what}; what to do: unset PYTHONMALLOC") >= 1
    record = json.loads((tmp_path / "selfcheck" / "machine.json").read_text())
    assert record["settings"]["environment"] == {"PYTHONMALLOC": "malloc"}
    assert record["settings"]["conditions"].keys() == conditions().keys()
    assert record["settings"]["conditions"]["blas"] == record["blas"]
    assert what in {warning["what"] for warning in record["warnings"]}
    assert what in (tmp_path / "report.html").read_text()

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.delenv("PYTHONMALLOC")
    monkeypatch.setattr(verb, "_measure_all", interrupted)
    assert main(["selfcheck", "--results", str(tmp_path)]) == 130
    assert json.loads((tmp_path / "selfcheck" / "machine.json").read_text())["settings"]["environment"] == {}
    [aside] = (tmp_path / "selfcheck").glob("set_aside_*")
    assert {"machine.json", "time.csv", "checks.csv"} <= {path.name for path in aside.iterdir()}
    assert not any((tmp_path / "selfcheck" / name).exists() for name in ("time.csv", "checks.csv", *plan.RUNS))


def test_what_differs_between_the_self_check_and_the_figures_is_told(tmp_path):
    folder = write_results(tmp_path, lambda cell: 1.0)
    (folder / "selfcheck").mkdir()
    Table(folder / "selfcheck", "checks.csv").replace([["a promise", "ok", "kept"]])
    record = json.loads((folder / "machine.json").read_text())
    then = {**record["settings"], "conditions": {"niceness": "5", "stack": ""}, "environment": {}}
    write_machine(folder / "selfcheck", {**record, "settings": then})
    now = {**record["settings"], "method": "another", "conditions": {"niceness": "0", "stack": "8388608"}, "environment": {}}
    write_machine(folder, {**record, "settings": now})
    assert main(["report", "--results", str(folder)]) == 0
    words = "another version of the code that measures; the niceness (5 then, 0 now)"
    assert f"(then: the self-check, now: the figures): {words}. Repeat" in (folder / "report.html").read_text()
    write_machine(folder, {**record, "settings": then})
    assert main(["report", "--results", str(folder)]) == 0
    assert "not measured as the self-check was" not in (folder / "report.html").read_text()
