"""Page faults by pass: drawn where a ratio depends on heap history, and nowhere else."""

from matplotlib.figure import Figure

from bench.analyse.ratios import faults_by_pass
from bench.analyse.summary import parts
from bench.show.figures.faults import draw_faults, faults_pictures
from bench.show.figures.time import time_pictures
from bench.tests.rows import time_rows, visit_rows

PASSES = 30


def visits(kept_faults):
    """30 passes of one round, in which the kept list has so many faults by the pass's number, and the popped one 100."""
    for number in range(1, PASSES + 1):
        for impl, faults in (("iterative", kept_faults(number)), ("iterative_pop", 100.0), ("floor", 0.0)):
            yield from visit_rows({impl: (1e6, 1e6)}, minor_faults=faults, **{"pass": number})


def slices_of(kept_faults):
    return parts(time_rows(*visits(kept_faults)), "iterative")


def test_faults_are_those_of_each_pass_and_the_fewest_come_first():
    [data] = slices_of(lambda number: 900.0 if number % 3 == 0 else 100.0)
    [found] = faults_by_pass(data)
    assert (found.depth, found.width, found.allocator) == (4, 8, "default")
    assert list(found.faults) == ["iterative", "iterative_pop"]  # the floor makes no arrays
    assert found.faults["iterative"].tolist() == [100.0] * 20 + [900.0] * 10
    assert list(found.faults.index[-10:]) == list(range(3, 31, 3))


def test_there_is_a_figure_where_passes_are_of_two_kinds_and_none_elsewhere():
    [data] = slices_of(lambda number: 900.0 if number % 3 == 0 else 100.0)
    assert "faults_by_pass" in [picture.name for picture in time_pictures([data])]
    assert isinstance(draw_faults(faults_by_pass(data)), Figure)
    [alike] = slices_of(lambda number: 900.0)
    assert faults_pictures(alike) == []
