"""The training of a million layers, with a few thousand."""

import sys

import pytest

from bench.cli import main
from bench.measure.training.million import STEPS, small_batch, train_deep
from bench.plan.data import datasets

DEPTH = 3_000


def test_a_loop_and_recursion_agree_to_the_last_bit_and_report_progress():
    answers = []
    dataset = datasets.load("breast_cancer")
    popped, recursive = (train_deep(name, DEPTH, dataset, answers.append) for name in ("iterative_pop", "recursive"))
    assert popped.losses == recursive.losses
    assert len(set(popped.losses)) == STEPS
    assert sum(answer.get("layers", 0) for answer in answers) == 2 * STEPS * DEPTH
    if sys.platform == "linux":
        assert 0 < popped.resting_bytes < popped.peak_bytes < recursive.peak_bytes + 2**20


def test_the_data_are_real_and_of_one_scale():
    X, Y = small_batch(datasets.load("breast_cancer"))
    assert (X.shape, Y.shape) == ((4, 4), (1, 4))
    assert 0.3 < X.std() < 3


def test_the_verb_says_what_it_took(capsys):
    assert main(["million", "--depth", str(DEPTH)]) == 0
    said = capsys.readouterr().out
    assert "3 000 layers of 4 units" in said.replace("\u00a0", " ")
    assert "the losses are equal to the last bit" in said
    assert said.count("iB") == 4 or sys.platform != "linux"


@pytest.mark.parametrize(("depth", "sentence"), [("0", "give 1 or more"), ("999999999999", "give a smaller --depth")])
def test_a_depth_that_cannot_be_is_refused(capsys, depth, sentence):
    assert main(["million", "--depth", depth]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
