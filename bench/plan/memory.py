"""Where memory is measured: the sweep's cells under both updates, and a few cells that each show one thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bench.plan.cells import Cell
from bench.plan.described import Comparable
from bench.plan.meters import FRAMES, STUDY, SWEEP
from impls.updates import UPDATES

# An activation is as large as a gradient here, so that the profile shows both as they come and go.
STUDY_DEPTH, STUDY_WIDTH, STUDY_BATCH = 64, 128, 128

WORTH_FOLLOWING = 8  # depth times width of a call with lines enough for a figure

# Arrays are as small as can be here, so that what a layer takes beside them can be measured.
FRAME_DEPTHS = (10_000, 20_000, 40_000)
FRAMELESS = "iterative_pop"  # has the same arrays alive as recursion, and no frames


def memory_cells(cells: Iterable[Cell]) -> list[Cell]:
    """Each cell once, whatever its allocator, under both updates: what the fused update saves is memory."""
    plain = [replace(cell, allocator="default", update=update) for cell in cells for update in UPDATES]
    return list(dict.fromkeys(plain))


def study_cells(dataset: str) -> list[Cell]:
    """The cells, one an update, whose memory is followed event by event and sample by sample."""
    return [Cell(dataset, STUDY_BATCH, STUDY_DEPTH, STUDY_WIDTH, "float64", update, "default") for update in UPDATES]


def has_frames(implementation: Comparable) -> bool:
    """Is it measured in the cells about the interpreter's frames? Recursion is, and the popped list to compare it with."""
    return (implementation.control_flow == "recursion" and not implementation.library) or implementation.name == FRAMELESS


def frame_cells(dataset: str) -> list[Cell]:
    """The cells in which the bytes of a frame are measured: deep ones, with one unit a layer and one example."""
    return [Cell(dataset, 1, depth, 1, "float64", "fused", "default") for depth in FRAME_DEPTHS]


def followed_call(cells: Iterable[Cell]) -> Cell:
    """Of a problem's cells, the one whose calls are followed line by line: the smallest in which there is something to see.

    Every line takes a moment to look at, and of many thousand a figure shows only a blur.
    """
    by_size = sorted(cells, key=lambda cell: cell.depth * cell.width)
    return next((cell for cell in by_size if cell.depth * cell.width >= WORTH_FOLLOWING), by_size[-1])


def all_cells(cells: Iterable[Cell], dataset: str | None) -> list[tuple[Cell, str]]:
    """Every cell with its kind, which says what meters to read in it; first come the cells whose memory is followed over time.

    Networks on a dataset have cells of their own for that; of any other problem, one of the sweep's cells is followed.
    """
    networks = [cell for cell in cells if cell.dataset]
    study = study_cells(dataset) if dataset else []
    frames = frame_cells(dataset) if dataset else []
    calls = list(dict.fromkeys(replace(cell, allocator="default") for cell in cells if not cell.dataset))
    followed = [followed_call([cell for cell in calls if cell.problem == name]) for name in dict.fromkeys(cell.problem for cell in calls)]
    return [
        *((cell, STUDY) for cell in (*study, *followed)),
        *((cell, SWEEP) for cell in (*memory_cells(networks), *calls) if cell not in study and cell not in followed),
        *((cell, FRAMES) for cell in frames),
    ]
