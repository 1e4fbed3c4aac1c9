"""The meters of memory, one table: `bench.measure.memory.worker` has the function that reads each, under the same name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# the cells that memory is measured in: those of the sweep, those of the study of a step, those that are about frames
SWEEP, STUDY, FRAMES = "sweep", "study", "frames"


@dataclass(frozen=True)
class Meter:
    """One way to look at the memory of a step.

    Attributes:
        name: as in memory.csv.
        title: what tables call it.
        unit: of what it reads: "bytes", or the word for what it counts.
        sees: what it sees, for the report, with gaps for the words of a problem.
        predicted: is there a formula for what it should read?
        in_table: does it read one figure, so that it has rows in memory.csv?
        cells: in which kinds of cells it is read.
        updates: under which updates alone, None for problems that have none; empty for all.

    """

    name: str
    title: str
    unit: str
    sees: str
    predicted: bool = False
    in_table: bool = True
    cells: Collection[str] = (SWEEP, STUDY)
    updates: Collection[str | None] = ()


# in the order that they are read and shown; the resident peak must be that of the first step in a process
METERS = [
    Meter(
        "resident",
        "resident",
        "bytes",
        "the system's high-water mark over the first {call} of a process, with frames. The system counts to within some 100 KiB, so here "
        "are the bounds on which all readings agree. A small {input} finds memory that is there already.",
        predicted=True,
        cells=(SWEEP, STUDY, FRAMES),
    ),
    Meter(
        "heap",
        "heap",
        "bytes",
        "tracemalloc's peak over one {call}: exact, the same at every repeat, and without interpreter frames.",
        predicted=True,
    ),
    Meter(
        "frames",
        "frames",
        "bytes",
        "what the frames of Python functions take on the interpreter's stack when they take most, computed from their code.",
        updates=(None,),  # of networks the formulas tell it
    ),
    Meter(
        "profile",
        "profile",
        "bytes",
        "tracemalloc's live bytes after every forward and backward of every layer; of a call, at each of its lines, calls and returns.",
        in_table=False,
        cells=(STUDY,),
    ),
    Meter(
        "sampled",
        "sampled",
        "bytes",
        "the highest of memory_profiler's samples of resident memory, taken every 0.1 s.",
        cells=(STUDY,),
        updates=("deferred",),
    ),
]


def meters_for(kind: str, update: str | None) -> tuple[str, ...]:
    """The meters to read in a cell of a kind, in order.

    >>> meters_for(STUDY, "fused"), meters_for(FRAMES, "fused")
    (('resident', 'heap', 'profile'), ('resident',))
    """
    return tuple(meter.name for meter in METERS if kind in meter.cells and (not meter.updates or update in meter.updates))
