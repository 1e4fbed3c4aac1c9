"""Work done in several processes at once: every result is its item's, and the caller goes on meanwhile."""

import os
import time

import pytest

from bench.show import at_once as module
from bench.show.at_once import at_once


def test_each_result_is_its_items_whichever_is_asked_for_first():
    with at_once(lambda number: (number**2, os.getpid()), range(20)) as results:
        backwards = [wait() for wait in reversed(results)]
    assert [square for square, _ in backwards] == [number**2 for number in reversed(range(20))]


@pytest.mark.parametrize("items", [[], [3]])
def test_too_little_to_share_is_done_here(items):
    with at_once(lambda number: (number, os.getpid()), items) as results:
        assert [wait() for wait in results] == [(number, os.getpid()) for number in items]


def test_where_there_is_no_fork_it_is_done_when_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(module, "get_all_start_methods", lambda: ["spawn"])
    done = []
    with at_once(done.append, [1, 2, 3]) as results:
        assert done == []
        results[2]()
        assert done == [3]


def test_a_failure_comes_to_whoever_waits_for_it():
    with at_once(lambda number: 1 // number, [1, 0, 1]) as results:
        assert results[0]() == results[2]() == 1
        with pytest.raises(ZeroDivisionError):
            results[1]()


def test_what_nobody_waits_for_is_left_undone(tmp_path):
    def work(number):
        time.sleep(0.01)
        (tmp_path / str(number)).touch()

    with pytest.raises(RuntimeError), at_once(work, range(1_000)):
        raise RuntimeError
    assert len([*tmp_path.iterdir()]) < 1_000
