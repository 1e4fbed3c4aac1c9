"""A problem of one's own from end to end: run, depth, resume, more implementations, exports, pytest-benchmark and the list."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from bench.cli import main
from bench.tests.fixtures.odd_problems import EXTRA, own, third
from bench.tests.places import ROOT
from bench.verbs.running import depth
from impls.problems import PROBLEMS

SHORT = ("--budget", "0.5")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with a problem and an implementation more, where the command is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(depth, "CAP", 3_000)
    (tmp_path / "mine.py").write_text(own())
    (tmp_path / "extra.py").write_text(EXTRA)
    return tmp_path


def run(*options):
    return main(["run", *SHORT, *options])


def _plain_environment():
    """Without what tells a child that it is one of several that test at once."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def table(name, folder="results"):
    return pd.read_csv(f"{folder}/{name}")


def test_a_run_ends_with_a_study_of_depth_and_does_not_repeat_it(home, capsys):
    assert run("--problem", "mine.py") == 0
    found = table("limits.csv").set_index(["impl", "recursion_limit"])
    assert set(found["problem"]) == {"sums"}
    assert len(found) == 4
    usual = sys.getrecursionlimit()
    assert usual - 50 < found.loc[("recursive", 1_000), "deepest_ok"] < usual
    assert found.loc[("recursive", 1_000), "status"] == "recursion_error"
    assert set(found.drop(("recursive", 1_000))["deepest_ok"]) == {3_000}
    before = (home / "results" / "limits.csv").read_bytes()
    assert run("--problem", "mine.py") == 0
    assert (home / "results" / "limits.csv").read_bytes() == before
    assert main(["report"]) == 0
    assert (home / "results" / "report.html").stat().st_size > 100_000


def test_depth_has_a_word_where_it_is_not_studied(home, capsys):
    assert run("--problem", "mine.py", "--only", "time") == 0
    assert "Depth is not studied with --only time; `unwind limits --problem " in " ".join(capsys.readouterr().out.split())
    assert not (home / "results" / "limits.csv").exists()


def test_code_that_has_changed_is_not_mixed_in_and_other_words_are(home, capsys):
    assert run("--problem", "mine.py", "--only", "time") == 0
    (home / "mine.py").write_text("# in other words\n" + own().replace("total = 0", "total = 0  # so far"))
    assert run("--problem", "mine.py", "--only", "time") == 0
    (home / "mine.py").write_text(own().replace("total = 0", "total = 0 + 0"))
    assert run("--problem", "mine.py", "--only", "time") == 2
    assert "with an earlier version of sums: iterative, sums: recursive; give --fresh" in " ".join(capsys.readouterr().err.split())


def test_a_setup_that_has_changed_is_not_mixed_in_either(home, capsys):
    functions = "import sys; sys.path.append('.')\nfrom beside import iterative, recursive\n"
    (home / "beside.py").write_text(own())
    for numbers, code in ((100, 0), (50, 2)):
        setup = f"\ndef setup(depth, width, rng):\n    return rng.integers({numbers}, size=depth).tolist()\n\n"
        problem = "problem = Problem('elsewhere', setup, [iterative, recursive], depth=2)\n"
        (home / "mine.py").write_text("from impls import Problem\n" + functions + setup + problem)
        assert run("--problem", "mine.py", "--only", "time") == code
    assert "with an earlier version of elsewhere: setup; give --fresh" in " ".join(capsys.readouterr().err.split())


def test_problems_share_a_folder_one_after_the_other(home):
    (home / "renamed.py").write_text(own(name="the same by another name"))
    for source in ("mine.py", "renamed.py", "mine.py"):
        assert run("--problem", source, "--only", "time") == 0
    assert set(table("time.csv")["problem"]) == set(table("clarity.csv")["problem"]) == {"sums", "the same by another name"}
    assert len(table("clarity.csv")) == 4


def test_more_implementations_of_a_known_problem(home, capsys):
    (home / "tree.py").write_text(EXTRA.replace("for number in reversed(numbers):\n        total += number", "total = numbers.number"))
    assert run("--problem", "mine.py", "--with", "extra.py", "--only", "time") == 0
    assert {"iterative", "recursive", "backwards"} <= set(table("time.csv")["impl"])
    assert run("--problem", "tree_sum", "--with", "tree.py", "--only", "time", "--results", "tree") == 0
    assert "backwards is left out: it gives " in " ".join(capsys.readouterr().err.split())
    assert "backwards" not in set(table("time.csv", "tree")["impl"])


def test_what_cannot_be_measured_at_a_size_has_a_row_and_is_told_once(home, capsys):
    (home / "mine.py").write_text(third("return 7 if len(numbers) == 22 else sum(numbers)", depth=[2, 11]))
    assert run("--problem", "mine.py", "--only", "time") == 0
    rows = table("time.csv")
    skipped = rows[rows["status"] == "skipped"]
    assert set(skipped["cell"]) == {f"sums-d11-w2-{allocator}" for allocator in ("default", "steady")}
    assert set(skipped["impl"]) == {"third"}
    assert skipped["detail"].str.contains("gives 7 where iterative gives").all()
    assert capsys.readouterr().err.count("third is skipped") == 1


def test_a_sweep_says_which_of_its_keys_a_problem_does_not_use(home, capsys):
    (home / "sweep.toml").write_text("problem = 'mine.py'\nbatch = 8\ndataset = 'nowhere.csv'\nallocator = 'default'\ndepth = 2\n")
    assert run("--sweep", "sweep.toml", "--only", "time") == 0
    assert "sweep 'sweep': batch, dataset: not used, since sums has none" in capsys.readouterr().out
    assert set(table("time.csv")["cell"]) == {"sums-d2-w2-default"}


def test_problems_that_lack_every_implementation_that_is_asked_for_are_left_out(home, capsys):
    (home / "two.toml").write_text("problem = ['mine.py', 'nested_json']\n")
    assert run("--sweep", "two.toml", "--impl", "yield_from", "--only", "time") == 0
    assert "sums is left out: it has no implementation 'yield_from'" in capsys.readouterr().err
    assert set(table("time.csv")["impl"]) == {"iterative", "yield_from", "control"}


@pytest.mark.parametrize("name", ['a,b; "c"', "../up 数", "1e5"])
def test_a_problem_may_have_any_name(home, name):
    (home / "mine.py").write_text(own(name=name, depth=2))
    assert run("--problem", "mine.py", "--only", "time", "--budget", "4") == 0
    assert main(["export", "--format", "pyperf", "times.json"]) == 0
    for file in ("time.csv", "summary.csv"):
        assert set(pd.read_csv(f"results/{file}", dtype=str, keep_default_na=False)["problem"]) == {name}
    names = {each["metadata"]["name"] for each in json.loads((home / "times.json").read_text())["benchmarks"]}
    assert {each.rpartition("-")[0] for each in names} == {f"{name}-d2-w2"}


def test_files_as_windows_saves_them(home):
    (home / "mine.py").write_bytes(b"\xef\xbb\xbf" + own(depth=2).replace("\n", "\r\n").encode())
    assert run("--problem", "mine.py", "--only", "time") == 0


def test_whatever_can_be_called_is_an_implementation(home):
    what = """
from functools import lru_cache, partial
class Total:
    def __call__(self, numbers): return iterative(numbers)
    @classmethod
    def by_class(cls, numbers): return iterative(numbers)
def added(start, numbers): return start + iterative(numbers)
@lru_cache
def by_cache(numbers): return iterative(numbers)
def setup(depth, width, rng): return tuple(range(depth * width)),
"""
    four = "Solution(Total(), 'by_object'), Solution(partial(added, 0), 'by_partial'), Total.by_class, by_cache"
    (home / "mine.py").write_text(own(what, f"iterative, {four}", depth=2))
    assert run("--problem", "mine.py", "--only", "time") == 0
    assert set(table("time.csv")["impl"]) == {"iterative", "control", "by_object", "by_partial", "by_class", "by_cache"}
    assert (table("clarity.csv")["lines"] > 0).all()


def test_the_grid_of_a_problem_through_pytest_benchmark(home):
    (home / "mine.py").write_text(third("return 7 if len(numbers) == 22 else sum(numbers)", depth=[2, 11]))
    quick = ["--benchmark-max-time", "0.001", "--benchmark-min-rounds", "2", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "--benchmark-only", f"--problem={home / 'mine.py'}", *quick]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**_plain_environment(), "COLUMNS": "200"}, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "7 passed, 1 skipped" in done.stdout
    assert "benchmark 'sums, depth 2, width 2': 4 tests" in done.stdout
    assert "test_step[d2-recursive]" in done.stdout
    last = done.stdout.split("ratios of minima")[1].splitlines()[1:3]
    assert [line.split(": ")[0] for line in last] == ["sums, depth 2, width 2", "sums, depth 11, width 2"]
    assert "third" in last[0]
    assert "third" not in last[1]


def test_the_list_shows_problems_and_the_cells_of_their_sweep(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["list"]) == 0
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    shown = {row[0]: row[1:] for row in rows}
    for name, problem in PROBLEMS.items():
        assert shown[name][1] == ", ".join(problem.by_name)
    cells = 2 * sum(len(problem.depth) * len(problem.width) for problem in PROBLEMS.values())
    assert shown["problems"][0] == str(cells)
