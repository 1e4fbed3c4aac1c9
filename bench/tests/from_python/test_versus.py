"""`versus` compares functions that are defined right here, refuses what cannot be compared, and its gate says what is certain."""

import _thread
import json
import linecache
import pickle
import signal
import tempfile
import threading
import time
import warnings
from base64 import b64decode

import pandas as pd
import pytest

from bench import versus
from bench.errors import BadInput
from bench.from_python.result import Result, Undecided, _interval
from bench.from_python.sending import send
from bench.plan.depth import RAISED
from bench.show.terminal.notebook import notebook_line
from impls import Problem, Solution

QUICK = {"budget_s": 1.0, "memory": False}


def numbers(depth, width, rng):
    return list(rng.integers(100, size=depth * width).tolist())


def total(values):
    result = 0
    for value in values:
        result += value
    return result


def recursive_total(values, start=0):
    return values[start] + recursive_total(values, start + 1) if start < len(values) else 0


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")


@pytest.fixture(scope="module")
def result():
    return versus(total, recursive_total, setup=numbers, depth=[3, 5], precision=0.5, budget_s=30.0)


def test_every_table_has_both_functions(result):
    assert set(result.times["impl"]) == {"total", "recursive_total", "control"}
    assert {*result.summary[["depth", "impl"]].itertuples(index=False, name=None)} >= {(3, "recursive_total"), (5, "recursive_total")}
    assert set(result.summary["baseline"]) == {"total"}
    assert set(result.memory["impl"]) == {"total", "recursive_total"}
    assert result.functions == ["total", "recursive_total"]


def test_it_shows_itself_as_text_and_in_a_notebook(result):
    assert "recursive_total" in repr(result)
    assert repr(result).count("5 × 1") == 2
    page = result._repr_html_()
    assert page.startswith("<table>")
    assert "<svg" in page or result.table["low"].fillna(0).max() == 0  # a figure needs bounds


def test_a_report_is_one_file_with_both_sources(result, tmp_path):
    page = result.report(tmp_path / "sum.html").read_text("utf-8")
    assert "recursive_total" in page
    assert [*tmp_path.iterdir()] == [tmp_path / "sum.html"]
    limits = result.limits.set_index("impl")
    assert limits.loc["recursive_total", "status"].iloc[0] == "recursion_error"
    assert limits.loc["recursive_total", "deepest_ok"].iloc[0] == pytest.approx(1000, abs=15)
    assert limits.loc["total", "status"] == "ok"


def test_a_report_steps_through_functions_by_their_lines(result, tmp_path):
    page = result.report(tmp_path / "sum.html").read_text("utf-8")
    assert '<section id="steps"' in page
    [calls] = json.loads((result._run.folder / "trace.json").read_text("utf-8"))["calls"]
    assert {trace["impl"]: trace["status"] for trace in calls["traces"]} == {"total": "ok", "recursive_total": "ok"}


def test_the_lines_of_a_cell_go_with_its_functions(tmp_path, monkeypatch):
    text = "def once(values):\n    return sum(values)\n"
    monkeypatch.setitem(linecache.cache, "<cell 7>", (len(text), None, text.splitlines(keepends=True), "<cell 7>"))
    here = {}
    exec(compile(text, "<cell 7>", "exec"), here)
    sent = pickle.loads(send(Problem("sums", numbers, [here["once"], total]), tmp_path).read_bytes())
    once, its_total = (solution.function for solution in sent.implementations)
    assert once.__code__.co_filename == str(tmp_path / "cell_1.py")
    assert (tmp_path / "cell_1.py").read_text("utf-8") == text
    assert its_total.__code__.co_filename == total.__code__.co_filename == __file__
    assert once([1, 2]) == its_total([1, 2]) == 3


def test_closures_and_lambdas_are_compared():
    step = 2

    def doubled(values):
        return sum(step * value for value in values)

    there = versus(doubled, Solution(lambda values: 2 * total(values), name="outside"), setup=lambda d, w, rng: [1] * d, depth=4, **QUICK)
    assert set(there.times["impl"]) == {"doubled", "outside", "control"}


def test_arguments_that_are_changed_are_made_anew():
    def popped(values):
        result = 0
        while values:
            result += values.pop()
        return result

    there = versus(total, popped, setup=numbers, depth=50, mutates=True, **QUICK)
    assert set(there.times.loc[there.times["round"].notna(), "impl"]) == {"total", "popped", "control"}
    with pytest.warns(UserWarning, match="popped is left out: it changes its arguments, at depth 1, width 1; say mutates=True"):
        versus(total, sum, popped, setup=numbers, depth=5, **QUICK)


def test_another_answer_is_left_out_with_the_smallest_input_that_shows_it():
    def off_by_one(values):
        return total(values) + (len(values) > 2)

    with pytest.raises(BadInput, match=r"nothing to compare: off_by_one gives \d+ where total gives \d+, at depth 1, width 3"):
        versus(total, off_by_one, setup=numbers, depth=5, **QUICK)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"depth": []}, r"versus: problem 'versus': depth is \[\]; give a whole number from 1, or a list of such"),
        ({"depth": 0}, r"versus: problem 'versus': depth is 0; give a whole number"),
        ({"functions": [total]}, r"versus: problem 'versus' has one implementation; give two or more to compare"),
        ({"functions": [lambda x: 1, lambda x: 1]}, r"versus: problem 'versus': two implementations have the name '<lambda>'"),
        ({"functions": [total, 3]}, r"versus: 3 is not a function"),
        ({"baseline": "totl"}, r"versus: unknown baseline 'totl'; did you mean 'total'\?"),
        ({"budget_s": "long"}, r"versus: budget_s is 'long'; give a number"),
        ({"precision": None}, r"versus: precision is None; give a number"),
        ({"budget_s": -1}, r"versus: budget_s is -1.0: .*greater than 0"),
        ({"precision": 2}, r"versus: precision is 2.0: .*less than 1"),
        ({"allocator": "arena"}, r"versus: .*unknown allocator 'arena'"),
    ],
    ids=lambda value: "",
)
def test_bad_input_is_one_sentence(arguments, sentence):
    functions = arguments.pop("functions", [total, recursive_total])
    with pytest.raises(BadInput, match=sentence) as caught:
        versus(*functions, setup=numbers, **{"depth": 3, **QUICK, **arguments})
    assert "\n" not in str(caught.value)


def test_what_cannot_be_sent_is_named():
    lock = threading.Lock()

    def locked(values):
        with lock:
            return total(values)

    with pytest.raises(BadInput, match="versus: locked cannot be sent to another process, since it refers to what cannot be copied"):
        versus(total, locked, setup=numbers, depth=3, **QUICK)


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts, whoever started the tests: a shell's background job ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_keeps_what_is_finished(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def interrupt_once_there_are_rows():
        while not any(file.read_text().count("\n") > 30 for file in tmp_path.glob("unwind_versus_*/time.csv")):
            time.sleep(0.05)
        _thread.interrupt_main()

    threading.Thread(target=interrupt_once_there_are_rows, daemon=True).start()
    there = versus(total, recursive_total, setup=numbers, depth=[3, 5], budget_s=120.0, precision=1e-6)
    assert there.interrupted
    assert len(there.times) > 0


def gate(*rows):
    """A result whose summary is those rows: (function, ratio, low, high)."""
    result = object.__new__(Result)
    rows = [("cpu", name, "base", ratio, low, high, 8, 1) for name, ratio, low, high in rows]
    result.summary = pd.DataFrame(rows, columns=["metric", "impl", "baseline", "ratio", "low", "high", "depth", "width"])
    result._run = None
    return result


@pytest.fixture
def gated(monkeypatch):
    monkeypatch.setattr(Result, "baseline", "base")
    monkeypatch.setattr(Result, "functions", ["base", "other", "third"])
    monkeypatch.setattr(Result, "_how_much_longer", lambda self, rows, than: "longer")
    return gate


def test_the_gate_is_true_where_a_slow_down_is_excluded_and_false_where_it_is_certain(gated):
    assert gated(("other", 1.0, 0.99, 1.02)).not_slower(0.03) is True
    assert gated(("other", 1.05, 1.04, 1.06)).not_slower(0.03) is False
    assert gated(("other", 1.0, 0.99, 1.02), ("third", 1.05, 1.04, 1.06)).not_slower(0.03) is False
    assert gated(("other", 1.0, 0.99, 1.02), ("third", 1.05, 1.04, 1.06)).not_slower(0.03, "other") is True


def test_the_gate_is_no_answer_where_nothing_is_certain(gated):
    for rows in ([("other", 1.02, 0.99, 1.05)], [("other", 1.0, 0.0, float("inf"))], []):
        with pytest.raises(Undecided):
            gated(*rows).not_slower(0.03)
    with pytest.raises(BadInput, match="'else' was not compared"):
        gated(("other", 1.0, 0.99, 1.02)).not_slower(0.03, "else")
    with pytest.raises(BadInput, match="give a fraction from 0"):
        gated().not_slower(-1)


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        versus(total, recursive_total, setup=numbers, depth=3, **QUICK)
    import gc

    gc.collect()
    assert [*tmp_path.iterdir()] == []


def test_its_text_is_handed_back_in_a_notebook_too(result, monkeypatch):
    """There rich would display it at once, and hand back nothing."""
    words = repr(result)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert repr(result) == words


def test_a_result_without_memory_or_an_interval_shows_itself_too(tmp_path):
    there = versus(total, recursive_total, setup=numbers, depth=3, **QUICK)
    assert repr(there).count("too few passes") == there.table["low"].eq(0).sum() == 1
    assert "Give versus a larger budget_s" in repr(there)
    assert list(there.table["peak_bytes"]) == [None, None]
    assert repr(there).count("3 × 1") == 2
    assert "peak memory" not in repr(there) + there._repr_html_()
    page = there.report(tmp_path / "short.html").read_text("utf-8")
    assert "Give versus a larger budget_s" in page
    assert "same command again" not in page


def test_what_is_deeper_than_python_allows_is_said_to_be_timed_with_the_limit_raised(result):
    deep = versus(total, recursive_total, setup=numbers, depth=2_000, **QUICK)
    said = "From depth 2\u00a0000 on, recursive_total was timed with the recursion limit raised"
    assert said in repr(deep)
    assert said in deep._repr_html_()
    assert "limit raised" not in repr(result)


def test_the_limit_is_raised_for_the_function_that_it_stops_alone(result):
    asked = result.limits.groupby("impl")["recursion_limit"].agg(list)
    assert asked["total"] == [1000]
    assert asked["recursive_total"] == [1000, RAISED]
    assert list(result.limits.loc[result.limits["recursion_limit"] == RAISED, "status"]) == ["ok"]
    assert "stack_bytes" not in result.limits


def test_a_bound_keeps_its_side_of_1():
    assert _interval({"low": 0.85912, "high": 0.99981}) == "0.859 to 0.9998"
    assert _interval({"low": 1.0, "high": 1.0004}) == "1.000 to 1.0004"
    assert _interval({"low": 0.0, "high": float("inf")}) == "too few passes"


class Shown(list):
    """What IPython's display was given, and what was written over it."""

    def __call__(self, data, raw, display_id=False, metadata=None):
        self.append(data)
        return self

    def update(self, data, raw):
        self[-1] = data
        self.updates = [*getattr(self, "updates", []), data]


@pytest.fixture
def shown(monkeypatch):
    display = pytest.importorskip("IPython.display", reason="IPython is not installed")
    there = Shown()
    monkeypatch.setattr(display, "display", there)
    return there


def test_a_notebook_has_the_table_the_figure_as_png_and_the_words(result, shown):
    result._ipython_display_()
    assert shown[0]["text/plain"] == repr(result)
    assert shown[0]["text/html"].startswith("<table>")
    assert "settled" in shown[-1]["text/html"]
    pictures = [data["image/png"] for data in shown if "image/png" in data]
    assert all(b64decode(picture).startswith(b"\x89PNG\r\n") for picture in pictures)
    assert len(pictures) == ("<svg" in result._repr_html_())


def test_a_line_of_progress_is_taken_away_even_if_the_work_is_stopped(shown):
    def stopped():
        with notebook_line() as tell:
            tell(0.25, "pass 3 · 1 < 2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    _, told, last = shown.updates
    assert told == {"text/plain": "25 % · pass 3 · 1 < 2", "text/html": "<progress value='0.250' max='1'></progress> pass 3 · 1 &lt; 2"}
    assert not any(last.values())
    assert shown == [last]


def test_its_text_is_no_wider_than_the_terminal(result, monkeypatch):
    for columns, widest in ((80, 80), (300, 110)):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = repr(result).splitlines()
        assert max(map(len, lines)) <= widest
        assert [line[0] + line[-1] for line in lines[:1]] == ["┏┓"]
