"""The recorder: what comes together is written in a few goes, and reads as what came one by one."""

from bench.analyse.stopping import Progress
from bench.measure.timing.passes import Assignment, Finished
from bench.record.tables import Table
from bench.tests.measure.cluster.processes import rows
from bench.tests.measure.scheduling.judging import CELLS
from bench.verbs.running import recorder
from bench.verbs.running.recorder import VisitRecorder

NAMES = ("iterative", "recursive")
VISITS = [Finished(Assignment(cell, number, NAMES, ""), tuple(rows(NAMES)), 1.0) for number in (1, 2) for cell in CELLS]  # of 4 rows


class Counted(Table):
    writes = 0

    def append(self, rows):
        self.writes += 1
        super().append(rows)


def recorded(folder, add):
    folder.mkdir()
    kept = VisitRecorder("run", "m", Counted(folder, "time.csv"), Progress(NAMES, "iterative", [], 0.01))
    add(kept)
    return kept


def test_visits_that_come_together_are_written_some_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "ROWS_AT_ONCE", 7)
    single = recorded(tmp_path / "single", lambda kept: [kept.add(visit) for visit in VISITS])
    together = recorded(tmp_path / "together", lambda kept: kept.add_all(VISITS[:3]) or kept.add_all(VISITS[3:]))
    assert (single.table.writes, together.table.writes) == (4, 3), "two visits of 4 rows are 7 or more"
    assert together.table.path.read_text() == single.table.path.read_text()
    assert [together.progress.passes(cell) for cell in CELLS] == [2, 2]


def test_no_visits_write_nothing(tmp_path):
    assert recorded(tmp_path / "none", lambda kept: kept.add_all([])).table.writes == 0
