"""Blocks, with a clock and a trainer that do as they are told."""

import random
from collections import Counter

import pytest

from bench.measure.training.blocks import Blocks
from bench.measure.training.recipes import usual
from bench.measure.training.trainings import Contender, Training

CONTENDERS = tuple(Contender(impl, update) for impl in ("a", "b", "c") for update in ("deferred", "fused"))
RECIPES = {"iris": usual(3, 0), "digits": usual(5, 0)}
SECONDS = 1.0  # that each training takes


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def trainings(budget_s, decided=lambda dataset: False, fails=(), failed=(), first=1, seed=0):
    clock = Clock()

    def train(job):
        clock.now += SECONDS
        return Training(job, status="segfault" if job.contender in fails else "ok")

    blocks = Blocks(CONTENDERS, RECIPES, train, decided, budget_s, clock, random.Random(seed))
    return [training.job for training in blocks.run(dict.fromkeys(RECIPES, first), failed)]


def test_a_block_trains_every_contender_once_on_every_dataset():
    jobs = trainings(budget_s=60)
    assert len(jobs) == 60
    counts = Counter((job.dataset, job.block, job.contender) for job in jobs)
    assert counts == {(dataset, block, contender): 1 for dataset in RECIPES for block in range(1, 6) for contender in CONTENDERS}
    assert all(job.recipe == RECIPES[job.dataset] for job in jobs)


def test_the_order_is_drawn_anew_in_each_block_and_recorded():
    jobs = trainings(budget_s=600)
    orders = {}
    for job in jobs:
        orders.setdefault((job.dataset, job.block), []).append(job)
    assert all([job.order for job in block] == [*range(6)] for block in orders.values())
    assert len({tuple(job.contender for job in block) for block in orders.values()}) > 0.8 * len(orders)
    starts = Counter(block[0].contender for block in orders.values())
    assert set(starts) == {*CONTENDERS}
    assert max(starts.values()) < 40, "of 100, and 17 are expected"
    assert len({job.dataset for job in jobs[::12]}) == 2, "now the one dataset is first, now the other"


def test_the_trainings_of_a_block_share_their_heap_history_and_no_others_do():
    histories = {}
    for job in trainings(budget_s=60):
        histories.setdefault((job.dataset, job.block), set()).add(job.heap_history)
    assert all(len(block) == 1 for block in histories.values())
    assert len(set.union(*histories.values())) == len(histories)


@pytest.mark.parametrize("budget_s", [0.5, 12.0])
def test_the_first_block_is_whole_however_short_the_time(budget_s):
    assert len(trainings(budget_s)) == 12


def test_no_training_begins_after_the_time():
    assert len(trainings(budget_s=20.5)) == 21


def test_a_contender_that_fails_has_no_more_turns_on_that_dataset():
    jobs = trainings(budget_s=60, fails=[CONTENDERS[2]])
    assert Counter(job.contender for job in jobs)[CONTENDERS[2]] == 2, "one on each dataset"
    jobs = trainings(budget_s=60, failed=[("iris", CONTENDERS[0])])
    assert {job.dataset for job in jobs if job.contender == CONTENDERS[0]} == {"digits"}


def test_a_dataset_that_is_decided_has_no_more_blocks_and_the_end_comes_when_all_are():
    left = {"iris": 3, "digits": 1}

    def decided(dataset):
        left[dataset] -= 1
        return left[dataset] < 0

    jobs = trainings(1e9, decided)
    assert Counter(job.dataset for job in jobs) == {"iris": 18, "digits": 6}


def test_blocks_are_numbered_on_where_a_run_is_resumed():
    assert {job.block for job in trainings(budget_s=24, first=8)} == {8, 9}
