"""CSV files of users' own: what is read, and the sentence for what cannot be, with its line in the file."""

import io

import numpy as np
import pandas as pd
import pytest

from bench.errors import BadInput
from bench.plan.data import datasets
from bench.plan.data.csv_file import MISSING, CsvForm, read


def write(tmp_path, content):
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def loaded(tmp_path, content, **form):
    return datasets.load(write(tmp_path, content), "kind", "", CsvForm(**form))


def raw(tmp_path, content, **form):
    return read(tmp_path.joinpath(write(tmp_path, content)), "kind", CsvForm(**form))


def test_features_are_standardised_and_labels_are_words(tmp_path):
    data = loaded(tmp_path, "a,b,kind\n1,2,red\n3,2,blue\n5,2,red\n")
    np.testing.assert_allclose(data.X, [[-(1.5**0.5), 0, 1.5**0.5], [0, 0, 0]], atol=1e-12)
    assert data.Y.tolist() == [[1, 0, 1]]
    assert data.loss == "binary_cross_entropy"
    assert data.notes == ()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa,kind\r\n1.5,red\r\n-2,blue\r\n",  # saved by a spreadsheet
        "a,kind\n\n1.5,red\n  \n-2,blue\n\n",
        ' a , kind\n" 1.5",red\n-2 , blue\n',
        "a,kind\r1.5,red\r-2,blue",
    ],
)
def test_it_is_read_as_pandas_would_whatever_the_lines_end_in(tmp_path, content):
    data = raw(tmp_path, content)
    assert data.features.tolist() == [[1.5], [-2.0]]
    assert data.labels.tolist() == ["red", "blue"]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("a;b;kind\n1,5;1.000;x\n2,25;3.000;y\n".replace(".000", "000"), {"sep": ";", "decimal": ","}),
        ("a\tb\tkind\n1.5\t1000\tx\n2.25\t3000\ty\n", {"sep": "\t"}),
        ("a,b,kind\n1.5,1000,x\n2.25,3000,y\n".encode("utf-16"), {"encoding": "utf-16"}),
    ],
)
def test_the_words_for_its_form_are_those_of_pandas(tmp_path, content, form):
    theirs = pd.read_csv(write(tmp_path, content), **form)
    assert raw(tmp_path, content, **form).features.tolist() == theirs[["a", "b"]].to_numpy(float).tolist() == [[1.5, 1000], [2.25, 3000]]


def test_what_is_missing_is_what_pandas_takes_for_missing():
    words = [*MISSING - {""}, "-", "?", "none", "0"]
    theirs = pd.read_csv(io.StringIO("\n".join(["a", *words])))["a"].isna()
    assert [word in MISSING for word in words] == theirs.tolist()


def test_rows_with_missing_values_are_dropped_if_the_sweep_says_so_and_counted(tmp_path):
    data = raw(tmp_path, "a,kind\n1,x\n,y\n3,NA\n4,y\n", drop_missing=True)
    assert data.features.tolist() == [[1.0], [4.0]]
    assert data.labels.tolist() == ["x", "y"]
    assert [note.partition("data.csv: ")[2] for note in data.notes] == ["2 of 4 rows have a missing value and are dropped"]


def test_columns_of_words_are_encoded_if_the_sweep_says_so_and_counted(tmp_path):
    text = "colour,age,smokes,kind\nred,1,no,x\ngreen,2,yes,y\nblue,3,no,x\nred,4,yes,y\n"
    data = raw(tmp_path, text, encode=True)
    theirs = pd.get_dummies(pd.read_csv(io.StringIO(text)).drop(columns="kind"), dtype=float)
    columns = ["colour_blue", "colour_green", "colour_red", "age", "smokes_yes"]
    assert data.features.tolist() == theirs[columns].to_numpy().tolist()
    assert [note.partition("data.csv: ")[2] for note in data.notes] == [
        "2 columns of words are encoded as columns of 0 and 1: colour as 3, smokes as 1"
    ]


def test_numbers_stay_in_order_as_labels_and_truths_are_numbers(tmp_path):
    assert np.unique(raw(tmp_path, "a,kind\nTrue,10\nfalse,9\nTrue,10\n").labels).tolist() == [9, 10]
    assert raw(tmp_path, "a,kind\nTrue,10\nfalse,9\n").features.tolist() == [[1], [0]]


@pytest.mark.filterwarnings("error")
def test_numbers_at_the_edge_of_what_a_float_holds_are_standardised_without_overflow(tmp_path):
    data = loaded(tmp_path, "a,b,c,d,kind\n1e308,1e-308,0.1,0,x\n-1e308,3e-308,0.1,0,y\n1e308,2e-308,0.1,0,x\n")
    np.testing.assert_allclose(data.X[0], np.array([1, -2, 1]) / 2**0.5)
    np.testing.assert_allclose(data.X[1], np.array([-1, 1, 0]) * 1.5**0.5, atol=1e-12)
    np.testing.assert_allclose(data.X[2:], 0, atol=1e-15)  # one value, whose mean is not exactly itself


@pytest.mark.parametrize(
    ("content", "form", "sentence"),
    [
        ("a,kind\n1,x\n,y\n", {}, "line 3, column 'a' is empty; fill the gap, or add drop_missing = true to leave such rows out"),
        ("a,kind\n\n\n1,x\n\nNA,y\n", {}, "line 6, column 'a' is 'NA'; fill the gap, or add drop_missing = true to leave such rows out"),
        ('a,kind\n"\n\n1",x\n,y\n', {}, "line 5, column 'a' is empty; fill the gap, or add drop_missing = true to leave such rows out"),
        ("a,kind\n1,x\n2,\n", {}, "line 3, column 'kind' is empty; fill the gap, or add drop_missing = true to leave such rows out"),
        (
            "a,kind\n,x\n2,\n",
            {"drop_missing": True},
            "each of the 2 rows has a missing value, and drop_missing leaves none; fill the gaps",
        ),
        ("a,kind\n1,x\ninf,y\n", {}, "line 3, column 'a' is inf; give a finite number"),
        ("a,kind\n1,x\n1e999,y\n", {}, "line 3, column 'a' is 1e999; give a finite number"),
        (
            "a,kind\nred,x\ntwo,y\n",
            {},
            "line 2, column 'a' is 'red' and no number; add encode = true to encode columns of words, or leave the column out",
        ),
        (
            "a,kind\n1,x\ntwo,y\n3,y\n",
            {"encode": True},
            "line 3, column 'a' is 'two', where most values are numbers; correct it or leave it empty",
        ),
        ("a;kind\n1,5;x\n2,5;y\n", {"sep": ";"}, """line 2, column 'a' is '1,5'; if a comma stands before decimals, add decimal = ",\""""),
        ("a;b;kind\n1;2;x\n", {}, """line 1 is one column, 'a;b;kind'; to part it at ";", add sep = ";\""""),
        ("a\tb\tkind\n1\t2\tx\n", {}, """line 1 is one column, 'a b kind'; to part it at "\\t", add sep = "\\t\""""),
        (
            "name,kind\n" + "".join(f"n{n},x\n" for n in range(51)),
            {"encode": True},
            "column 'name' has 51 different words; at most 50 are encoded, leave the column out",
        ),
        ("a,b,a,kind\n1,2,3,x\n", {}, "the header has 'a' 2 times; give each column a name of its own"),
        ("a,kind\n1,x\n\n2,y,3\n", {}, "line 4 has 3 values where the header has 2 names; correct the line"),
        ("a,kind\n1\n", {}, "line 2 has 1 values where the header has 2 names; correct the line"),
        ("kind\nx\ny\n", {}, "has no column beside 'kind'; give at least one to learn from"),
        ("a,b\n1,x\n", {}, "unknown column 'kind'; there are a, b"),
        ("", {}, "is empty; give a file with a header line and rows"),
        (b"\xef\xbb\xbf\r\n", {}, "is empty; give a file with a header line and rows"),
        ("a,kind\n", {}, "has a header and no rows; give a file with data"),
        (
            b"name,kind\nJos\xe9,x\n",
            {},
            'line 2: byte 0xe9 is no utf-8 text; save it as UTF-8, or say what it is, such as encoding = "cp1252"',
        ),
        (
            "a,kind\n1,x\n".encode("utf-16"),
            {},
            'line 1: byte 0xff is no utf-8 text; save it as UTF-8, or say what it is, such as encoding = "utf-16"',
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence(tmp_path, content, form, sentence):
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, content, **form)
    assert str(caught.value) == f"{tmp_path / 'data.csv'}: {sentence}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,kind\n1,x\n2,x\n", "the target has one class, x"),
        ("a,kind\n1,0.1\n2,0.2\n3,0.3\n", "the target has 3 classes in 3 rows"),
    ],
)
def test_labels_that_cannot_be_learned_are_one_sentence(tmp_path, content, sentence):
    with pytest.raises(BadInput, match=sentence):
        loaded(tmp_path, content)


def test_a_label_column_and_a_readable_file_are_needed(tmp_path):
    with pytest.raises(BadInput, match="needs a label column; add target"):
        datasets.load(write(tmp_path, "a,kind\n1,x\n2,y\n"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(BadInput, match=r"folder\.csv: cannot be read \(Is a directory\); give a CSV file"):
        datasets.load(str(tmp_path / "folder.csv"), "kind")
