"""Trainings in real workers: the same bits, the default recursion limit, and code that comes to a bad end."""

import sys

import pytest

from bench.measure.training.recipes import DEEP_DEPTH, Recipe, deep
from bench.measure.training.split import split
from bench.measure.training.trainings import BASELINE, Contender, Job, Trainer
from bench.plan.data import datasets
from bench.tests.fixtures import mischief

RECIPE = Recipe(depth=4, width=8, learning_rate=0.1, epochs=2, seed=0)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    paths = [folder / "training.npz", folder / "held_out.npz"]
    for part, path in zip(split(datasets.load("breast_cancer"), 0), paths, strict=True):
        part.write(path)
    return {"breast_cancer": paths}


def trained(data, impl, update="fused", recipe=RECIPE, **settings):
    return Trainer(data, **settings)(Job("breast_cancer", Contender(impl, update), recipe, heap_history=impl))


def losses(training):
    return [(epoch.loss, epoch.held_out_loss) for epoch in training.epochs]


def test_a_training_has_its_epochs_its_times_and_its_peak(data):
    training = trained(data, "recursive")
    assert training.status == "ok"
    assert [epoch.epoch for epoch in training.epochs] == [1, 2]
    assert all(0 < epoch.cpu_s < 60 and epoch.wall_s > 0 for epoch in training.epochs)
    assert training.peak_bytes is None or training.peak_bytes > 2**20 or sys.platform != "linux"


def test_the_control_is_the_baseline_once_more(data):
    assert losses(trained(data, "control", "deferred")) == losses(trained(data, BASELINE, "deferred"))


def test_152_layers_are_trained_by_recursion_at_the_limit_that_python_has(data):
    recipe = deep(0)
    recursive, popped = (trained(data, impl, recipe=Recipe(recipe.depth, 8, 0.01, 2, 0)) for impl in ("recursive", "iterative_pop"))
    assert recipe.depth == DEEP_DEPTH == 152
    assert recursive.recursion_limit == popped.recursion_limit == 1000
    assert losses(recursive) == losses(popped)
    assert recursive.epochs[1].loss < recursive.epochs[0].loss


def test_a_recursion_too_deep_for_the_limit_says_so(data):
    training = trained(data, "recursive", recipe=Recipe(1200, 2, 0.01, 1, 0))
    assert (training.status, training.epochs) == ("recursion_error", ())


@pytest.mark.parametrize(
    ("impl", "status", "detail"),
    [
        ("crashes", "segfault", "segmentation fault"),
        ("is_killed", "out_of_memory", "killed by the system, most likely for memory"),
        ("raises", "error", "IndexError: list index out of range"),
        ("hangs", "timeout", "no answer for 3 s"),
        ("ends", "error", "ended after 0 of 2 epochs"),
        ("vanishes", "error", "ended after 0 of 2 epochs"),
        ("garbles", "error", """answered b'[1, "two"]\\n', which is no answer"""),
        ("forges", "error", "answered {'rows': "),
    ],
)
def test_code_that_comes_to_a_bad_end_costs_only_its_own_training(data, impl, status, detail):
    training = trained(data, impl, files=[mischief.__file__], silence_s=3.0 if impl == "hangs" else 60.0)
    assert training.status == status
    assert training.detail.startswith(detail)
    assert training.epochs == ()
