"""Company: who measures beside whom, with threads in place of processes: the locks belong to open files."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep

import pytest

from bench.measure.timing import company
from bench.measure.timing.company import measuring

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="one pass at a time there")


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as threads:
        yield threads


def silent():
    """Nobody listens."""


def test_small_measurements_go_on_together(pool, tmp_path):
    meet = Barrier(2)

    def measure():
        with measuring(str(tmp_path), False, silent):
            meet.wait(timeout=60)

    for measurement in [pool.submit(measure) for _ in range(2)]:
        measurement.result(60)


def test_nothing_goes_on_beside_one_that_must_be_alone_and_it_is_not_overtaken(pool, tmp_path):
    """The first goes on when the second asks to be alone, and then a third asks that need not be."""
    order, waits, first_may_end = [], Event(), Event()

    def measure(name, alone, meanwhile=silent, tell=silent):
        with measuring(str(tmp_path), alone, tell):
            order.append(f"{name} begins")
            meanwhile()
            order.append(f"{name} ends")

    def first():
        began.set()
        first_may_end.wait(60)

    began = Event()
    one = pool.submit(measure, "small", False, first)
    assert began.wait(60)
    two = pool.submit(measure, "large", True, lambda: sleep(0.05), waits.set)
    assert waits.wait(60)
    three = pool.submit(measure, "late", False)
    sleep(0.1)
    assert order == ["small begins"]
    first_may_end.set()
    for measurement in (one, two, three):
        measurement.result(60)
    assert order == ["small begins", "small ends", "large begins", "large ends", "late begins", "late ends"]


@pytest.fixture(autouse=True)
def _tells_at_once(monkeypatch):
    monkeypatch.setattr(company, "TELLING_S", 0.0)


def test_a_measurement_that_fails_lets_the_next_go_on(tmp_path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), measuring(str(tmp_path), True, silent):
            raise ZeroDivisionError


def test_where_one_pass_is_made_at_a_time_no_file_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with measuring("", True, silent):
        assert not [*tmp_path.iterdir()]
