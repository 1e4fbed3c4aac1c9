"""A judge for tests of the schedule: every cell wants a number of passes, and no more."""

from collections import Counter

from bench.measure.scheduling.schedule import Schedule
from bench.plan.cells import Cell

CELLS = [Cell("breast_cancer", 32, 4, width, "float64", "deferred", "default") for width in (8, 32)]


class Wanting:
    """Each cell wants so many passes; what has arrived is told to it as rows are told to Progress."""

    def __init__(self, passes):
        self.passes, self.made = passes, Counter()

    def decided(self, cell, under_way=0):
        return self.made[cell] + under_way >= self.passes

    def runnable(self, cell):
        return ["base", "other"]

    def add(self, visits):
        self.made.update(visit.assignment.cell for visit in visits)


def schedule(passes, recorded=None, cells=CELLS):
    judge = Wanting(passes)
    for cell in cells:
        judge.made[cell] = len((recorded or {}).get(cell.id, ()))
    return Schedule(cells, judge, 0, recorded or {})
