"""How commands end: with the right exit code and a sentence, through real pipes, signals and encodings."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import main
from bench.tests.children import interruptible
from bench.tests.places import ROOT
from bench.tests.rows import write_results
from bench.verbs import list_all

UNWIND = [sys.executable, "-m", "bench"]
NOTEBOOKS = "module://matplotlib_inline.backend_inline"


def environment(**variables):
    usual = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}  # most users have none of these
    return {**usual, "PYTHONPATH": str(ROOT), **variables}


def unwind(*arguments, cwd=None, **variables):
    done = subprocess.run([*UNWIND, *arguments], capture_output=True, cwd=cwd, env=environment(**variables), timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two results folders, `before` and `after`, in which recursion became a tenth slower."""
    folder = tmp_path_factory.mktemp("home")
    for name, ratio in (("before", 1.0), ("after", 1.1)):
        write_results(folder / name, lambda cell, ratio=ratio: ratio, passes=40)
    return folder


LOADED = "import sys; from bench.__main__ import entry\ntry: entry()\nfinally: print('loaded', *sys.modules, file=sys.stderr)"


def loaded(*arguments):
    """The packages that a command loads."""
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, env=environment(), timeout=60)
    return {name.split(".")[0] for name in done.stderr.rpartition("loaded ")[2].split()}


HEAVY = {"numpy", "pandas", "matplotlib", "scipy", "sklearn", "pydantic", "rich", "jinja2", "psutil", "impls"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_loads_no_library(arguments):
    assert "argparse" in loaded(*arguments)
    assert not loaded(*arguments) & HEAVY


def test_a_list_loads_what_it_lists_and_no_more(home):
    assert loaded("list") & HEAVY == {"numpy", "pydantic", "rich", "impls"}
    assert "matplotlib" not in loaded("compare", str(home / "before"), str(home / "after"))


@pytest.mark.parametrize("verb", ["run", "limits", "export"])
def test_what_draws_nothing_loads_no_matplotlib(verb):
    command = [sys.executable, "-c", f"import sys, bench.verbs.{verb}; sys.exit('matplotlib' in sys.modules)"]
    assert subprocess.run(command, env=environment(), timeout=60).returncode == 0


@pytest.mark.parametrize("error", [KeyError("a\nb"), MemoryError(), RecursionError("too deep"), SystemExit(1), OSError("no number")])
def test_what_nobody_expects_is_two_lines_and_a_file_with_the_story(error, monkeypatch, capsys):
    def raises(options, screen):
        raise error

    monkeypatch.setattr(list_all, "list_all", raises)
    monkeypatch.setattr(sys, "argv", ["unwind", "list", "a b"])
    assert main(["list"]) == 70
    captured = capsys.readouterr()
    first, second, *more = captured.err.splitlines()
    assert (captured.out, more) == ("", [])
    assert first.startswith("unwind: ")
    assert type(error).__name__ in first or "exit code 1" in first
    path = Path(re.search(r"the full story is in (\S+);", second)[1])
    story = path.read_text()
    path.unlink()
    assert "command: unwind list 'a b'\n" in story
    assert f"Python: {sys.version}" in story
    assert "version: unwind-bench" in story
    assert "Traceback (most recent call last):" in story
    assert "in raises" in story


def test_the_story_is_told_where_no_file_can_be_written(monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    monkeypatch.setattr(list_all, "list_all", lambda options, screen: {}["key"])
    assert main(["list"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_library_that_is_not_there_is_no_failed_gate(home):
    without = "import sys; sys.modules['pandas'] = None; from bench.__main__ import entry; entry()"
    command = [sys.executable, "-c", without, "compare", "before", "after", "--fail-above", "0.5"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, env=environment(), timeout=60)
    assert done.returncode == 70
    assert "ModuleNotFoundError" in done.stderr
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("backend", ["nonsense", NOTEBOOKS])
def test_figures_are_drawn_whatever_backend_is_asked_for(home, tmp_path, backend):
    code, out, err = unwind("plot", "--results", "before", "--plots", str(tmp_path), cwd=home, MPLBACKEND=backend)
    assert (code, err) == (0, "")
    assert "Wrote" in out
    assert (tmp_path / "ratio_by_depth.png").read_bytes().startswith(b"\x89PNG")


def test_a_backend_that_is_there_is_left_to_others():
    code = "import os, bench.show.figures, matplotlib; print(matplotlib.rcParams['backend'], os.environ['MPLBACKEND'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(MPLBACKEND="svg"), timeout=60)
    assert done.stdout == "svg svg\n"


@pytest.mark.parametrize(
    ("variables", "markdown"),
    [
        ({"PYTHONIOENCODING": "ascii"}, []),
        ({"PYTHONIOENCODING": "ascii"}, ["--markdown"]),
        ({"PYTHONIOENCODING": "cp1252:strict"}, []),
        ({"PYTHONIOENCODING": "cp1252:strict"}, ["--markdown"]),
        ({"LANG": "C", "LC_ALL": "C"}, []),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, []),
    ],
)
def test_what_the_terminals_encoding_lacks_is_replaced(home, markdown, variables):
    code, out, err = unwind("compare", "before", "after", *markdown, cwd=home, **variables)
    assert (code, err) == (0, "")
    assert len(out) > 200


def test_a_narrow_terminal_cuts_nothing_off(home):
    for arguments in (["list"], ["compare", "before", "after"]):
        code, out, err = unwind(*arguments, cwd=home, COLUMNS="40")
        assert (code, err) == (0, "")
        assert "…" not in out
        rows = [line for line in out.splitlines() if line.startswith("│")]
        assert rows
        assert max(map(len, rows)) <= 40


def test_bad_input_in_any_bytes_is_told_in_any_encoding(home):
    code, out, err = unwind("report", "--results", b"\xff\xe9\xc3\xa9", cwd=home, PYTHONIOENCODING="ascii")
    assert (code, out) == (3, "")
    assert "has no figures of this machine yet" in err


def shell(line, cwd):
    """Exit codes of a pipeline's parts, and what was said on standard error; `unwind` and the folders are there."""
    script = f'unwind() {{ {shlex.join(UNWIND)} "$@"; }}\n{line}\necho "${{PIPESTATUS[@]}}" >codes'
    done = subprocess.run(["bash", "-c", script], cwd=cwd, env=environment(), capture_output=True, text=True, timeout=60)
    return (cwd / "codes").read_text().split(), done.stderr


PASSES = "compare before after --fail-above 0.5"
FAILS = "compare before after --fail-above 0.03"


@pytest.mark.skipif(os.name != "posix", reason="a shell")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("unwind list | true", "141"),
        ("unwind --help | true", "141"),
        ("unwind list | head -1", "141"),
        ("unwind report --results before | true", "141"),
        (f"unwind {PASSES} | cat", "0"),
        (f"unwind {PASSES} | true", "141"),
        (f"unwind {FAILS} | cat", "1"),
        (f"unwind {FAILS} | true", "1"),
        (f"unwind {FAILS} --markdown | true", "1"),
        ("unwind compare before nowhere | true", "3"),
    ],
)
def test_a_reader_that_goes_ends_a_command_quietly_and_changes_no_gates_verdict(home, line, code):
    codes, err = shell(line, home)
    assert codes == [code, "0"]
    assert "Traceback" not in err
    assert "Exception" not in err
    assert err.count("\n") == (1 if code in ("1", "2", "3") else 0)


@pytest.mark.skipif(os.name != "posix", reason="a shell")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("verb", "code"), [("--help", "0"), (PASSES, "0"), (FAILS, "1"), ("nothing", "2")])
def test_a_closed_stream_changes_no_exit_code(home, verb, code, closed):
    codes, err = shell(f"unwind {verb} {closed}", home)
    assert codes == [code]
    assert "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_output_that_does_not_fit_is_told(home):
    for line in ("unwind list > /dev/full", "unwind --help > /dev/full"):
        codes, err = shell(line, home)
        assert codes == ["2"]
        assert "No space left on device" in err
        assert err.count("\n") == 1


INTERRUPTED = """
import os, signal, sys
from bench.__main__ import entry

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

module = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupts())
entry()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("module", ["bench.cli", "argparse", "rich.console", "numpy.linalg", "pandas", "sklearn.utils"])
def test_ctrl_c_while_libraries_are_loaded_is_an_interrupt(module, tmp_path):
    command = [sys.executable, "-c", INTERRUPTED, module, "million", "--depth", "3"]
    process = interruptible(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""
    assert "Interrupted." in out
