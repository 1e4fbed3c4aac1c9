"""Whatever is fed to the sweep reader, the CSV reader and the command line ends in 0, 2 or 3 and a sentence, never in a traceback."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.cli import main
from bench.errors import BadInput
from bench.plan import sweeps
from bench.plan.sweeps import Sweep
from bench.record.schemas import SCHEMAS
from bench.tests.rows import write_results
from bench.tests.test_docs import verbs

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
SLOW = settings(QUICK, max_examples=25)  # draws or renders in each example

keys = st.sampled_from([*Sweep.model_fields, "widht", "nonsense"])
scalars = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.booleans(),
    st.text(max_size=8),
    st.sampled_from(["digits", "breast_cancer", "x.csv", "float64", "fused", "steady", "recursive", "relu", "a\nb.csv"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1), inner, max_size=2), max_leaves=5
)


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool | float) else json.dumps(value)


@QUICK
@given(st.dictionaries(keys, values, max_size=5))
def test_a_sweep_of_any_values_is_read_or_refused_in_one_line(entries):
    refused_or_sound("\n".join(f"{key} = {toml(value)}" for key, value in ({"depth": 1, "width": 2} | entries).items()))


@QUICK
@given(st.text(st.characters(codec="utf-8"), max_size=60))
@example("depth = 1\nwidth = 1\ndataset = 'a\\nb.csv'".replace("'", '"'))
@example("depth = 99999999999999999999999999\nwidth = 1")
@example("depth = 1\nwidth = 1\ndataset = 'a\\u0000.csv'\ntarget = 'x'")
def test_a_sweep_of_any_text_is_read_or_refused_in_one_line(text):
    refused_or_sound(text)


def refused_or_sound(text):
    """A sentence that names the file, in one printable line; or cells whose names are."""
    try:
        sweep = sweeps.parse(text, "fuzz", "fuzz.toml")
    except BadInput as error:
        words = str(error)
    else:
        words = "fuzz.toml: " + " ".join(cell.id for cell in sweep.cells()[:5])
    assert words.startswith("fuzz.toml: ")
    assert words.isprintable()


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A results folder that every verb can read."""
    folder = write_results(tmp_path_factory.mktemp("fuzz") / "results", lambda cell: 1.1, passes=9)
    return {name: (folder / name).read_text() for name in ("time.csv", "machine.json")}


junk = st.one_of(
    st.text(max_size=6), st.sampled_from(["", "NaN", "inf", "-1", "0", "1e999", "9" * 30, "-0.0", "1.5", '"', "\x00", "\r", "a,b", "ok"])
)


@SLOW
@given(data=st.data())
def test_a_damaged_time_csv_never_ends_in_a_traceback(sound, data):
    lines = [line.split(",") for line in sound["time.csv"].splitlines()]
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.integers(0, len(lines) - 1))
        column = data.draw(st.integers(0, len(lines[row]) - 1))
        lines[row][column] = data.draw(junk)
    text = "\n".join(map(",".join, lines)) + data.draw(st.sampled_from(["\n", "", "\n\n", ",,,\n"]))
    every_verb_copes({**sound, "time.csv": text})


@SLOW
@given(st.sampled_from(["time.csv", "summary.csv", "training.csv", "clarity.csv", "machine.json", "trace.json"]), st.binary(max_size=40))
def test_a_file_of_any_bytes_never_ends_in_a_traceback(sound, name, data):
    every_verb_copes({**sound, name: data})


@SLOW
@given(st.sampled_from(sorted(SCHEMAS)), st.data())
def test_a_table_of_any_values_never_ends_in_a_traceback(sound, name, data):
    columns = SCHEMAS[name]
    words = st.sampled_from(["iterative", "x", "ok", "m", ""])
    kinds = {"string": words, "category": words, "Int64": st.integers(-2, 300), "float64": st.floats()}
    rows = data.draw(st.lists(st.tuples(*(kinds[kind] for kind in columns.values())), max_size=3))
    text = "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows), ""])
    every_verb_copes({**sound, name: text})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2), max_leaves=3
)
RECORD_KEYS = ["machine", "settings", "warnings", "passes", "sweep", "refused", "memory_bytes", "cores", "cpu", "blas_threads", "python"]


@SLOW
@given(
    st.dictionaries(
        st.sampled_from(RECORD_KEYS), JSON | st.dictionaries(st.sampled_from(["baseline", "name", "share", "what"]), JSON), max_size=4
    )
)
@example({"settings": {"baseline": []}})
@example({"settings": {"implementations": []}})
def test_a_machine_record_of_any_values_never_ends_in_a_traceback(sound, record):
    every_verb_copes({**sound, "machine.json": json.dumps({**json.loads(sound["machine.json"]), **record})})


def every_verb_copes(files):
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "results"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        for verb in (
            ["compare", str(folder), str(folder), "--markdown"],
            ["export", "--results", str(folder), "--format", "pyperf", f"{home}/out"],
        ):
            assert main(verb) in (0, 2, 3)


OPTIONS = sorted({option for verb in verbs().values() for option in verb._option_string_actions} - {"-h", "--help"})
VERBS = ["run", "train", "plot", "report", "compare", "export", "list"]
OTHERS = ["nowhere", "nowhere.toml", "pyperf", "0.1", "-1", "nan", "1e400", "[/]", "", "\x00", "é\udc80"]
words = st.sampled_from([*OPTIONS, *VERBS, *OTHERS]) | st.text(max_size=5)


@QUICK
@given(arguments=st.lists(words, max_size=6))
@example(arguments=["run", "--sweep", "\x00.toml"])
@example(arguments=["run", "--with", "\x00"])
@example(arguments=["report", "--results", "\x00"])
@example(arguments=["report", "--results", "x" * 300])
@example(arguments=["export", "--format", "pyperf", "\x00"])
@example(arguments=["run", "--sweep", "[/bold].toml"])
@example(arguments=["run", "--budget", "1e999"])
def test_a_command_line_of_any_words_is_done_or_refused_in_one_sentence(arguments, tmp_path_factory, capsys, monkeypatch):
    if arguments[:1] in (["run"], ["train"]):
        arguments = [*arguments, "--impl", "nobody"]  # or it would measure
    monkeypatch.chdir(tmp_path_factory.getbasetemp())
    code = main(arguments)
    captured = capsys.readouterr()
    assert code in (0, 2, 3)
    assert code == 0 or captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
