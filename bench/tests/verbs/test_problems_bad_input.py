"""What is wrong with a problem is one sentence and exit code 2, before anything is measured or written."""

import os
import re

import pytest

from bench.cli import main
from bench.tests.fixtures.odd_problems import EXTRA, SOUND, own, third

TAKEN = "is taken; give your implementation another name"
NO_PROBLEM = "defines no Problem in its outermost lines; write problem = Problem(name, setup, [recursive, iterative])"
GRID = '[[grid]]\nproblem = "tree_sum"\n'


def refused(folder, capsys, *options):
    """The sentence that a run is refused with."""
    assert main(["run", "--results", str(folder / "results"), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert not (folder / "results").exists()
    return re.sub(r"0x[0-9a-f]+", "0x", " ".join(captured.err.split())).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", NO_PROBLEM),
        (SOUND, NO_PROBLEM),
        (own() + "more = Problem('more', setup, [iterative, recursive])", "defines 2 problems ('sums', 'more'); a file should define one"),
        ("1 / 0", "raises ZeroDivisionError: division by zero, in line 1; correct the file and try again"),
        ("def", "raises SyntaxError: invalid syntax (mine.py, line 1); correct the file and try again"),
        ("import sys; sys.exit()", "ends the process when it is run; a file should define a problem and not exit"),
        (
            "import os; os._exit(0)",
            "ends the process when it is run (exit code 0); a file should define a problem and do nothing more",
        ),
        ("from unwind import Problem", "raises ModuleNotFoundError: No module named 'unwind', in line 1; install unwind or correct"),
        ("from bench import Problem", "raises ImportError: .*; write `from impls import Problem, Solution`"),
        (
            "import beside",
            "raises ModuleNotFoundError: No module named 'beside', in line 1; a file's own folder is not on Python's path: put `.*` before",
        ),
        (own(depth=[]), r"raises ValueError: problem 'sums': depth is []; give a whole number from 1, or a list of such"),
        (own(depth="'4'"), "raises ValueError: problem 'sums': depth is '4'; give a whole number from 1"),
        (own(depth=True), "raises ValueError: problem 'sums': depth is True; give a whole number from 1"),
        (own(width=0), "raises ValueError: problem 'sums': width is 0; give a whole number from 1"),
        (
            own(implementations="lambda x: 1, lambda x: 1"),
            "raises ValueError: problem 'sums': two implementations have the name '<lambda>'",
        ),
        (own(implementations="iterative"), "raises ValueError: problem 'sums' has one implementation; give two or more to compare"),
        (own(implementations="iterative, sum"), "the function of 'sum' is in no file that can be read; write one that calls it, by `def`"),
        (own(name="backpropagation"), "the name 'backpropagation' is taken; give your problem another name"),
        (own(name="tree_sum"), "the name 'tree_sum' is taken; give your problem another name"),
        (own(implementations="iterative, Solution(recursive, 'floor')"), f"the name 'floor' {TAKEN}"),
        (
            own(implementations="iterative, lambda x: 7"),
            "there is nothing to compare: <lambda> gives 7 where iterative gives 0, at depth 0",
        ),
        (own("def setup(depth, width, rng):\n    return object()"), "setup(0, 1, rng) makes other arguments each time"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path, capsys, text, sentence):
    (tmp_path / "beside.py").write_text("")
    (tmp_path / "mine.py").write_text(text)
    told = refused(tmp_path, capsys, "--problem", str(tmp_path / "mine.py"))
    expected = ".*".join(map(re.escape, f"unwind: problem mine.py: {sentence}".split(".*")))
    assert re.match(expected, told), told


def test_a_baseline_that_is_wrong_is_named(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(own(implementations="Solution(lambda numbers: iter(numbers), 'lazy'), iterative"))
    told = refused(tmp_path, capsys, "--problem", str(tmp_path / "mine.py"))
    assert told.startswith("unwind: the baseline 'lazy' returns an iterator, whose work is not done yet, at depth 0, width 1; return list")
    assert told.endswith("correct it or give another --baseline")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("tree_sun", "unknown problem 'tree_sun'; did you mean 'tree_sum'?"),
        ("folder", "problem folder: is a folder; give a Python file that defines a problem"),
        ("folder.py", "problem folder.py: is a folder; give a Python file"),
        ("nowhere.py", "problem nowhere.py: no such file; check the path"),
        ("text.txt", "problem text.txt: is no Python file; give a file whose name ends in .py"),
        ("a" * 300 + ".py", f"problem {'a' * 300}.py: cannot be read (File name too long); check the path"),
        ("a" * 300, f"problem {'a' * 300}: cannot be read (File name too long); check the path"),
        ("latin.py", "problem latin.py: is no UTF-8 text; save the file as UTF-8"),
        ("", "--problem is empty; give the name of a problem, or the path of a Python file"),
    ],
)
def test_what_is_no_problems_file(tmp_path, monkeypatch, capsys, source, sentence):
    monkeypatch.chdir(tmp_path)
    for folder in ("folder", "folder.py"):
        (tmp_path / folder).mkdir()
    (tmp_path / "text.txt").write_text(own())
    (tmp_path / "latin.py").write_bytes(b"# caf\xe9\n" + own().encode())
    assert refused(tmp_path, capsys, "--problem", source) == f"unwind: {sentence}"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="links")
def test_a_circle_of_links(tmp_path, capsys):
    (tmp_path / "mine.py").symlink_to("mine.py")
    told = refused(tmp_path, capsys, "--problem", str(tmp_path / "mine.py"))
    assert told.startswith("unwind: problem mine.py: ")
    assert told.endswith("; check the path")


@pytest.mark.parametrize(
    ("sweep", "sentence"),
    [
        ("problem = []", "mine.toml: problem is empty; give one value or more"),
        ("problem = 3", "mine.toml: problem is 3; it should be a word in quotes, or a list of such"),
        ("problem = 'tree_sun'", "unknown problem 'tree_sun'; did you mean 'tree_sum'?"),
        ("problem = ['tree_sum', 'backpropagation']", "mine.toml: depth is missing; add depth = [...]"),
        ("problem = 'tree_sum'\nimpls = 'recursiv'", "sweep 'mine': unknown implementation 'recursiv'; did you mean 'recursive'?"),
        ("problem = ['mine.py', 'twin.py']", "sweep 'mine': mine.py and twin.py both define 'sums'; rename one"),
        (GRID + "dpth = 3", "mine.toml: [[grid]] 1: unknown key 'dpth'; did you mean 'depth'?"),
        (GRID + "depth = 0", "mine.toml: [[grid]] 1: depth is 0; it should be a whole number from 1 to 1000000000"),
        (GRID + GRID + "width = [2, 'x']", "mine.toml: [[grid]] 2: width[1] is 'x'; it should be a whole number from 1 to 1000000000"),
        ("[[grid]]\ndepth = 3", "mine.toml: [[grid]] 1: problem is missing; add problem = ..."),
        ("grid = 3", "mine.toml: grid is 3; it should be written as [[grid]], once for each problem"),
        ("depth = 3\n" + GRID, "mine.toml: problem, depth and width stand beside [[grid]]; write them inside of it, once for each problem"),
    ],
)
def test_a_sweep_of_problems(tmp_path, monkeypatch, capsys, sweep, sentence):
    monkeypatch.chdir(tmp_path)
    for name in ("mine.py", "twin.py"):
        (tmp_path / name).write_text(own())
    (tmp_path / "mine.toml").write_text(sweep)
    assert refused(tmp_path, capsys, "--sweep", "mine.toml") == f"unwind: {sentence}"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--sweep", "problems", "--with", "extra.py"],
            "--with extra.py: sweep 'problems' has several problems; choose one with --problem",
        ),
        (["--sweep", "problems", "--impl", "recursiv"], "--impl: unknown implementation 'recursiv'; did you mean 'recursive'?"),
        (
            ["--sweep", "problems", "--baseline", "yield_from"],
            "--baseline, problem 'linked_list': unknown implementation 'yield_from'; there are iterative, recursive, generators",
        ),
        (
            ["--sweep", "problems", "--problem", "backpropagation"],
            "--problem backpropagation: sweep 'problems' says no depth and width for it; give another --sweep",
        ),
        (["--problem", "mine.py", "--baseline", "nobody"], "--baseline: unknown implementation 'nobody'; there are iterative, recursive"),
        (["--problem", "mine.py", "--with", "mine.py"], "--with mine.py: defines no Solution; write mine = Solution(function) for each"),
        (["--problem", "mine.py", "--with", "extra.py", "--with", "extra.py"], "--with extra.py: the name 'backwards' is taken; give your"),
        (
            ["--with", "extra.py"],
            "--with extra.py: is about another problem than backpropagation; name the problem, or its file, by --problem",
        ),
    ],
)
def test_options_that_do_not_go_together(tmp_path, monkeypatch, capsys, options, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(own())
    (tmp_path / "extra.py").write_text(EXTRA)
    assert refused(tmp_path, capsys, *options).startswith(f"unwind: {sentence}")


def test_limits_refuses_as_a_run_does(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(third("return 7"))
    assert main(["limits", "--results", str(tmp_path), "--problem", str(tmp_path / "nowhere.py")]) == 2
    assert "no such file; check the path" in capsys.readouterr().err
