"""What docs/contributing.md says of a meter, from the worker's reading to the report: the other tables have theirs beside them."""

from dataclasses import asdict

import numpy as np

from bench.cli import main
from bench.measure.memory import worker
from bench.measure.memory.readings import MemoryReading
from bench.plan import meters
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch
from bench.record.folder import write_machine
from bench.record.memory import memory_row
from bench.record.tables import Table

CELL = Cell("breast_cancer", 4, 2, 3, "float64", "fused", "default")


def test_a_meter_that_counts_the_layers_arrives_in_the_csv_and_the_report(tmp_path, monkeypatch):
    layers = meters.Meter("layers", "layers run", "layers", "how many layers a step has.")
    monkeypatch.setattr(meters, "METERS", [*meters.METERS, layers])
    monkeypatch.setitem(worker.METERS, "layers", lambda subject: {"peak_bytes": len(subject.bench.network.layers)})
    Batch(np.ones((5, 4)), np.ones((1, 4)), "binary_cross_entropy").write(tmp_path / "batch.npz")
    assert meters.meters_for(meters.SWEEP, "fused")[-1] == "layers"

    answers = []
    problems = {"backpropagation": "backpropagation"}
    task = {"cell": asdict(CELL), "impl": "recursive", "meters": ["heap", "layers"], "files": [], "problems": problems}
    task["data"] = str(tmp_path / "batch.npz")
    worker.main(task, lambda **answer: answers.append(answer))
    table = Table(tmp_path, "memory.csv")
    table.append([memory_row("m", MemoryReading(CELL, "recursive", **answer), None) for answer in answers])
    write_machine(tmp_path, {"machine": "m"})

    rows = table.read().set_index("meter")["peak_bytes"]
    assert rows["layers"] == 2
    assert rows["heap"] > 0
    assert main(["report", "--results", str(tmp_path)]) == 0
    text = (tmp_path / "report.html").read_text().replace("\u00a0", " ")
    assert 'class="r">layers run</th>' in text
    assert '<td class="r">2 layers</td>' in text
