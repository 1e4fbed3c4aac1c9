"""Training: who ends where, in figures that one can check by hand."""

import math

import pandas as pd
import pytest

from bench.analyse.training import training_results
from bench.show.answers.training import losses_words, training_answers

LOSSES = {
    "first": [0.5, 0.25],
    "same": [0.5, 0.25],
    "near": [0.5, 0.25 * (1 + 2e-9)],
    "far": [0.5, 0.3],
    "lost": [0.5, math.nan],
    "short": [0.5],
}


@pytest.fixture(scope="module")
def found():
    rows = [
        ("iris", impl, "fused", epoch, loss, 0.9, 1.0, 1.0) for impl, losses in LOSSES.items() for epoch, loss in enumerate(losses, start=1)
    ]
    columns = ["dataset", "impl", "update", "epoch", "loss", "accuracy", "cpu_s", "wall_s"]
    return {one.impl: one for one in training_results(pd.DataFrame(rows, columns=columns))}


@pytest.mark.parametrize(
    ("impl", "apart", "words"),
    [
        ("first", 0, "the same bits"),
        ("same", 0, "the same bits"),
        ("near", 2e-9, "within 2e-09"),
        ("far", 0.2, "differ"),
        ("lost", math.inf, "differ"),
        ("short", math.inf, "differ"),
    ],
)
def test_losses_are_compared_with_the_first_training(found, impl, apart, words):
    assert found[impl].apart == pytest.approx(apart, rel=1e-6)
    assert losses_words(found[impl]) == words


def test_the_answer_is_yes_where_all_end_alike_and_names_those_that_do_not(found):
    alike = training_answers([found[name] for name in ("first", "same", "near")])
    assert [answer.text for answer in alike] == [
        "Yes, to the last bit: 2 trainings, with both updates, have the same loss in every epoch. "
        "Those of near, with arithmetic of their own, agree to 2e-09. "
        "Updating each layer as the stack unwinds gives what updating them all afterwards gives."
    ]
    [odd] = training_answers([found[name] for name in ("first", "far", "lost")])
    assert odd.text == "No, not for all: the losses of far (fused) and lost (fused) differ from those of the first training."
    assert training_answers([]) == []
