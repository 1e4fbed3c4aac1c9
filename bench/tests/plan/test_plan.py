"""Sweeps, cells and data: what is accepted, and the sentence for what is not."""

import numpy as np
import pytest

from bench.defaults import SWEEPS
from bench.errors import BadInput
from bench.measure.machine.capacity import lacks_room, needed_bytes
from bench.plan import sweeps
from bench.plan.cells import Cell
from bench.plan.contenders import available, choose, load_file
from bench.plan.data import datasets
from bench.plan.data.batches import Batch
from bench.plan.experiment import prepare
from bench.plan.problems import backpropagation
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS

SMALLEST = "depth = 2\nwidth = [3, 4]\n"


def known(source, files):
    return backpropagation(available(files))


def test_a_sweep_is_every_combination_once():
    sweep = sweeps.parse('depth = [2, 5, 2]\nwidth = 3\nupdate = ["deferred", "fused"]\nbatch = 8', "mine", "mine.toml")
    points = [(cell.depth, cell.width, cell.batch, cell.update) for cell in sweep.cells()]
    assert points == [(2, 3, 8, "deferred"), (2, 3, 8, "fused"), (5, 3, 8, "deferred"), (5, 3, 8, "fused")]


def test_bundled_sweeps_say_what_the_contract_says():
    assert {f"{name}.toml" for name in SWEEPS} == {file.name for file in (ROOT / "bench/plan/bundled").iterdir()}
    precision = {name: sweeps.load(name).precision for name in SWEEPS}
    assert precision == {
        "smoke": 0.05,
        "quick": 0.01,
        "standard": 0.005,
        "full": 0.002,
        "problems": 0.01,
        "interpreters": 0.01,
        "layouts": 0.01,
    }
    assert all(set(sweeps.load(name).allocator) == {"default", "steady"} for name in SWEEPS)
    assert all(sweeps.load(name).dataset == ["breast_cancer"] for name in SWEEPS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("depht = 2\nwidth = 3", "mine.toml: unknown key 'depht'; did you mean 'depth'?"),
        ("depth = 2", "mine.toml: width is missing; add width = [...]"),
        (
            "depth = 99999999999999999999\nwidth = 3",
            "mine.toml: depth is 99999999999999999999; it should be a whole number from 1 to 1000000000",
        ),
        ("depth = [4, 0]\nwidth = 3", "mine.toml: depth[1] is 0; it should be a whole number from 1 to 1000000000"),
        ("depth = 2.5\nwidth = 3", "mine.toml: depth is 2.5; it should be a whole number from 1 to 1000000000"),
        ("depth = true\nwidth = 3", "mine.toml: depth is true; it should be a whole number from 1 to 1000000000"),
        ("depth = []\nwidth = 3", "mine.toml: depth is empty; give one value or more"),
        (SMALLEST + 'dtype = "float46"', "mine.toml: unknown dtype 'float46'; did you mean 'float64'?"),
        (SMALLEST + 'update = "fuzed"', "mine.toml: unknown update 'fuzed'; did you mean 'fused'?"),
        (SMALLEST + 'allocator = "arena"', "mine.toml: unknown allocator 'arena'; there are default, steady"),
        (SMALLEST + 'activation = "than"', "mine.toml: unknown activation 'than'; did you mean 'tanh'?"),
        (SMALLEST + "precision = 0", "mine.toml: precision is 0; it should be a fraction above 0 and below 1, such as 0.01"),
        (SMALLEST + "precision = nan", "mine.toml: precision is nan; it should be a fraction above 0 and below 1, such as 0.01"),
        (SMALLEST + "budget_s = true", "mine.toml: budget_s is true; it should be a number of seconds above 0"),
        (
            SMALLEST + "width = [3, 'x']".replace("width", "batch"),
            "mine.toml: batch[1] is 'x'; it should be a whole number from 1 to 1000000000",
        ),
        (SMALLEST + "target = 3", "mine.toml: target is 3; it should be the name of a column, in quotes"),
        (SMALLEST + "dataset = 3", "mine.toml: dataset is 3; it should be a word in quotes, or a list of such"),
        (SMALLEST + "impls = [[]]", "mine.toml: impls[0] is []; it should be a name in quotes, or a list of such"),
        (SMALLEST + "encode = 'yes'", "mine.toml: encode is 'yes'; it should be true or false"),
        (SMALLEST + "sep = ', '", "mine.toml: sep is ', '; it should be one character in quotes"),
        (SMALLEST + "sep = ''", "mine.toml: sep is ''; it should be one character in quotes"),
        (SMALLEST + "decimal = ','", "mine.toml: sep and decimal are both ','; a value must end where its decimals do not begin"),
        (SMALLEST + "encoding = 'ansi-x'", "mine.toml: unknown encoding 'ansi-x'; give one that Python knows, such as 'utf-8' or 'cp1252'"),
        (SMALLEST + "encoding = 'hex'", "mine.toml: unknown encoding 'hex'; give one that Python knows, such as 'utf-8' or 'cp1252'"),
        (SMALLEST + "budget_s = nan", "mine.toml: budget_s is nan; it should be a number of seconds above 0"),
        (SMALLEST + "depth = 3", "mine.toml: not TOML: Cannot overwrite a value (at end of document); correct the file"),
        ('name = "x"', "mine.toml: unknown key 'name'; leave it out, a sweep has the name of its file"),
    ],
)
def test_a_wrong_sweep_is_one_sentence(text, sentence):
    with pytest.raises(BadInput) as caught:
        sweeps.parse(text, "mine", "mine.toml")
    assert str(caught.value) == sentence


def test_an_unknown_sweep_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match=r"^unknown sweep 'quik'; did you mean 'quick'\?$"):
        sweeps.load("quik")
    with pytest.raises(BadInput, match=r"^cannot read the sweep '.*none\.toml': No such file"):
        sweeps.load(str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b"depth = 1\r\nwidth = '\xff'")
    with pytest.raises(BadInput, match=r"latin\.toml: line 2: byte 0xff is no utf-8 text; save the file as UTF-8"):
        sweeps.load(str(tmp_path / "latin.toml"))


def test_a_sweep_that_a_windows_editor_saved_is_read(tmp_path):
    (tmp_path / "windows.toml").write_bytes(b"\xef\xbb\xbfdepth = 4\r\nwidth = 8\r\n")
    assert [(cell.depth, cell.width) for cell in sweeps.load(str(tmp_path / "windows.toml")).cells()] == [(4, 8)]


@pytest.mark.parametrize(
    ("name", "features", "outputs", "examples", "loss"),
    [("breast_cancer", 30, 1, 569, "binary_cross_entropy"), ("digits", 64, 10, 1797, "softmax_cross_entropy")],
)
def test_bundled_data_are_standardised_and_labelled(name, features, outputs, examples, loss):
    data = datasets.load(name)
    assert data.X.shape == (features, examples)
    assert data.Y.shape == (outputs, examples)
    assert data.loss == loss
    np.testing.assert_allclose(data.X.mean(axis=1), 0, atol=1e-9)
    deviations = data.X.std(axis=1)
    assert np.all(np.isclose(deviations, 1) | (deviations == 0))  # three pixels of the digits never change
    if outputs > 1:
        assert np.array_equal(data.Y.sum(axis=0), np.ones(examples))


def test_a_batch_is_a_seeded_choice_that_goes_round_when_there_are_too_few():
    data = datasets.load("breast_cancer")
    X, Y, loss = data.batch(600)
    assert loss == "binary_cross_entropy"
    assert X.shape == (30, 600)
    assert np.array_equal(X[:, :31], X[:, 569:])
    assert np.array_equal(Y, data.batch(600).Y)


def test_unknown_data_are_one_sentence():
    with pytest.raises(BadInput, match=r"^sweep 'mine': unknown dataset 'digit'; did you mean 'digits'\?$"):
        datasets.load("digit", None, "sweep 'mine'")
    with pytest.raises(BadInput, match=r"no file 'nowhere\.csv'"):
        datasets.load("nowhere.csv", "y")


def test_implementations_are_chosen_in_the_registrys_order():
    assert [implementation.name for implementation in choose(["recursive", "iterative"], IMPLEMENTATIONS, "--impl")] == [
        "iterative",
        "recursive",
    ]
    assert choose([], IMPLEMENTATIONS, "--impl") == [each for name, each in IMPLEMENTATIONS.items() if name != "on_disk_cold"]
    assert choose(["on_disk_cold"], IMPLEMENTATIONS, "--impl") == [IMPLEMENTATIONS["on_disk_cold"]], "on request"
    with pytest.raises(BadInput, match=r"^--impl: unknown implementation 'recursiv'; did you mean 'recursive'\?$"):
        choose(["recursiv"], IMPLEMENTATIONS, "--impl")


MINE = """
from impls import IMPLEMENTATIONS, Implementation
mine = Implementation({name!r}, "mine", "here", "loop", IMPLEMENTATIONS["iterative"].backprop)
again = mine
"""


def user_file(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return str(path)


def test_a_users_file_adds_what_it_defines_once(tmp_path):
    known = available([user_file(tmp_path, MINE.format(name="mine"))])
    assert list(known) == [*IMPLEMENTATIONS, "mine"]


def test_a_users_own_is_compared_beside_those_that_the_sweep_names(tmp_path):
    sweep = sweeps.parse(SMALLEST + 'impls = ["recursive"]', "small", "small.toml")
    file = user_file(tmp_path, MINE.format(name="mine"))
    assert list(prepare(sweep, [], [file], "iterative", known, lambda *_: {}).implementations) == [
        "iterative",
        "recursive",
        "mine",
    ]
    assert list(prepare(sweep, ["iterative_pop"], [file], "iterative", known, lambda *_: {}).implementations) == [
        "iterative",
        "iterative_pop",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (MINE.format(name="recursive"), "the name 'recursive' is taken"),
        (MINE.format(name="floor"), "the name 'floor' is taken"),
        ("x = 1", "defines no Implementation"),
        ("def", "raises SyntaxError: invalid syntax .mine.py, line 1.;"),
        ("1 / 0", "raises ZeroDivisionError: division by zero, in line 1;"),
        ("import sys; sys.exit(3)", "ends the process"),
    ],
)
def test_a_users_wrong_file_is_one_sentence(tmp_path, text, sentence):
    with pytest.raises(BadInput, match=sentence):
        available([user_file(tmp_path, text)])


def test_a_users_file_that_is_not_there():
    with pytest.raises(BadInput, match=r"--with nowhere\.py: no such file"):
        load_file("nowhere.py")


def test_room_is_counted_by_hand():
    cell = Cell("breast_cancer", 10, 2, 5, "float64", "deferred", "default")
    parameters = 5 * 30 + 5 + 1 * 5 + 1
    activations = 10 * (30 + 5 + 1)
    assert needed_bytes(cell, 30, 1) == 8 * (4 * parameters + 2 * activations) + 2 * 2_000
    assert lacks_room(cell, 30, 1, available=2**20) == ""
    huge = Cell("breast_cancer", 32, 1000, 16384, "float64", "deferred", "default")
    # 998 layers of 16384^2 + 16384 parameters, four times 8 bytes each, are 7984.5 GiB; activations are 7.8
    assert lacks_room(huge, 30, 1, available=2**33) == "needs about 7992.3 GiB, and 8.0 GiB are available"


def test_a_batch_is_read_as_it_was_written(tmp_path):
    data = datasets.load("digits")
    [(key, path)] = datasets.write_batches({"digits": data}, [7, 7], tmp_path).items()
    assert key == ("digits", 7)
    wanted, batch = data.batch(7), Batch.read(path)
    assert np.array_equal(batch.X, wanted.X)
    assert np.array_equal(batch.Y, wanted.Y)
    assert batch.loss == wanted.loss == "softmax_cross_entropy"
