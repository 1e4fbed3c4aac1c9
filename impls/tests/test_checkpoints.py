"""The two that compute again: how often layers run forward, how much is alive, how deep the recursion goes."""

import sys
import weakref
from functools import cache
from math import ceil, comb, inf

import numpy as np
import pytest

from impls.checkpoint_loop import with_segments
from impls.checkpoint_recursion import MOST_SNAPSHOTS, ahead, checkpoint_recursion, with_snapshots
from impls.contract import check, example, gradients_of
from impls.iterative import iterative

loop, recursion = (sys.modules[f"impls.{name}"] for name in ("checkpoint_loop", "checkpoint_recursion"))


class Watch:
    """Stands in for `forward`: counts its calls, and the activations that are alive."""

    def __init__(self, forward):
        self.forward = forward
        self.calls = self.alive = self.most_alive = 0

    def __call__(self, layer, A_prev):
        A = self.forward(layer, A_prev)
        weakref.finalize(A, self.forget)
        self.calls += 1
        self.alive += 1
        self.most_alive = max(self.most_alive, self.alive)
        return A

    def forget(self):
        self.alive -= 1


def run(implementation, module, L, monkeypatch):
    """A watched run on L layers of one unit."""
    network, X, Y = example([1] * (L + 1), examples=1)
    with monkeypatch.context() as patched:
        watch = Watch(module.forward)
        patched.setattr(module, "forward", watch)
        implementation.backprop(network, X, Y, lambda l, dW, db: None)
    assert watch.alive == 0
    return watch


@cache
def forwards(n, s):
    """How often layers run forward in all by the schedule of `ahead`."""
    if n == 1:
        return 1
    i = ahead(n, s)
    return i + (forwards(i, s) if i > 1 else 0) + forwards(n - i, s - 1)


def fewest_forwards(deepest, most):
    """Table [s, n] of the fewest forwards there can be: every place to run ahead to, tried.

    A frame holds the activation before its n layers, runs i of them, leaves n - i to another frame with one snapshot
    less, and has then i to do with all s; nothing, if i is 1, since both ends of that layer are at hand.
    """
    fewest = np.full((most + 1, deepest + 1), inf)
    fewest[:, 1] = 1
    for s in range(1, most + 1):
        for n in range(2, deepest + 1):
            i = np.arange(1, n)
            left = np.where(i == 1, 0, fewest[s, 1:n])
            fewest[s, n] = np.min(i + left + fewest[s - 1, n - i])
    return fewest


def binomial(n, s):
    r = next(r for r in range(n) if comb(s + r, s) >= n)
    return r * n - comb(s + r, s + 1) + n


def test_the_schedule_is_the_optimum_of_an_exhaustive_search_and_no_more_than_the_binomial_one():
    fewest = fewest_forwards(300, 12)
    for s in range(1, 13):
        for n in range(1, 301):
            assert forwards(n, s) == fewest[s, n] <= binomial(n, s)


@pytest.mark.parametrize(("L", "s", "mixed", "at_most"), [(10, 3, 19, 25), (100, 5, 352, 416), (100, 10, 237, 322), (1000, 10, 3921, 4636)])
def test_forwards_are_counted_and_are_those_of_the_table(L, s, mixed, at_most, monkeypatch):
    watch = run(with_snapshots(s), recursion, L, monkeypatch)
    assert watch.calls == mixed == forwards(L, s)
    assert binomial(L, s) == at_most
    # X is a snapshot that no forward made; beyond them are the activation worked on, and the one it gives
    assert watch.most_alive == s - 1 + 2


@pytest.mark.filterwarnings("ignore:Numba not available")
def test_the_schedule_is_that_of_checkpoint_schedules():
    schedules = pytest.importorskip("checkpoint_schedules")
    mixed = pytest.importorskip("checkpoint_schedules.mixed")
    for s in range(1, 13):
        for n in range(2, 301):
            assert forwards(n, s) == mixed.optimal_steps_mixed(n, min(s, n - 1))
    for n, s in ((10, 3), (57, 4), (100, 10), (300, 12)):
        schedule = schedules.MixedCheckpointSchedule(n, s)
        assert forwards(n, s) == sum(action.n1 - action.n0 for action in schedule if isinstance(action, schedules.Forward))


@pytest.mark.parametrize("s", [1, 2, 3, 5, 8])
def test_any_depth_and_number_of_snapshots_gives_the_same_bits(s, monkeypatch):
    for L in range(1, 30):
        network, X, Y = example([2] * L + [1], examples=2)
        loss, gradients = gradients_of(with_snapshots(s), network, X, Y)
        expected_loss, expected = gradients_of(iterative, network, X, Y)
        assert loss == expected_loss
        assert all(np.array_equal(*both) for pairs in zip(gradients, expected, strict=True) for both in zip(*pairs, strict=True))
        assert run(with_snapshots(s), recursion, L, monkeypatch).calls == forwards(L, s)


def test_the_recursion_is_one_frame_a_snapshot_and_one_for_the_loss(monkeypatch):
    recurse, depths = recursion.recurse, [0]

    def counted(*arguments):
        depths.append(depths[-1] + 1)
        deepest.append(depths[-1])
        recurse(*arguments)
        depths.pop()

    monkeypatch.setattr(recursion, "recurse", counted)
    for L, s in ((1, 1), (200, 1), (200, 3), (200, 19), (200, 500)):
        deepest = []
        run(with_snapshots(s), recursion, L, monkeypatch)
        assert max(deepest) <= min(s + 2, L + 1)


def test_a_hundred_thousand_layers_are_planned_with_few_thoughts_and_frames():
    ahead.cache_clear()
    default = min(int((2 * 100_000) ** 0.5), MOST_SNAPSHOTS)
    forwards.cache_clear()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)  # for `forwards`
    assert forwards(100_000, default) < 2 * 100_000
    sys.setrecursionlimit(limit)
    assert ahead.cache_info().misses < 1_000
    assert default + 2 < 500


def test_by_default_no_layer_runs_forward_more_than_twice(monkeypatch):
    for L in (1, 2, 3, 10, 100, 1024):
        assert run(checkpoint_recursion, recursion, L, monkeypatch).calls <= 2 * L


@pytest.mark.parametrize("L", [1, 2, 7, 30, 36, 100])
@pytest.mark.parametrize("k", [None, 1, 4, 30, 1000])
def test_segments_run_forward_twice_but_the_last_and_hold_what_the_paper_says(L, k, monkeypatch):
    watch = run(with_segments(k), loop, L, monkeypatch)
    k = min(k or int(L**0.5), L)
    assert watch.calls == 2 * L - k
    assert watch.most_alive <= ceil(L / k) + k - 1 + (k == 1)  # X is stored, but no forward made it


@pytest.mark.parametrize("k", [1, 2, 3, 50])
def test_any_segment_keeps_the_contract(k):
    check(with_segments(k))
    check(with_snapshots(k))


def test_too_few_are_refused():
    with pytest.raises(ValueError, match="1 or more, not 0"):
        with_snapshots(0)
    with pytest.raises(ValueError, match="1 layer or more, not 0"):
        with_segments(0)
