"""The meters of memory, one table: how each is read is in `bench.measure.memory.worker`, under the same name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meter:
    """One way to look at the memory of a step.

    Attributes:
        name: as in memory.csv.
        title: what tables call it.
        unit: of what it reads: "bytes", or the word for what it counts.
        sees: what it sees, for the report.
        predicted: is there a formula for what it should read?
        in_table: does it read one figure, so that it has a row in memory.csv?

    """

    name: str
    title: str
    unit: str
    sees: str
    predicted: bool = False
    in_table: bool = True


# in the order of tables
METERS = [
    Meter(
        "heap",
        "heap",
        "bytes",
        "tracemalloc's peak over one step: exact, the same at every repeat, and without interpreter frames.",
        predicted=True,
    ),
    Meter(
        "resident",
        "resident",
        "bytes",
        "the system's high-water mark over the first step of a fresh process, in whole pages and with frames. A small network finds "
        "memory that is there already and reads 0.",
    ),
    Meter("sampled", "sampled", "bytes", "memory_profiler's samples of resident memory, every 0.1 s."),
    Meter("profile", "profile", "bytes", "tracemalloc's live bytes after every forward and backward of every layer.", in_table=False),
]
