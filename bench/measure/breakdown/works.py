"""The works of a visit: whole steps, and what is left of them when parts are left out, all on the same buffers."""

from __future__ import annotations

import mmap
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bench.measure.breakdown import tape
from bench.measure.breakdown.choice import BEFOREHAND, UNIT
from bench.measure.subjects.network import LEARNING_RATE, Workbench
from bench.measure.subjects.ready import MakeReady, Step
from bench.measure.timing.visit import CHUNK_BYTES
from bench.plan.allocators import STEADY
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch
from impls import IMPLEMENTATIONS
from impls.layers import Layer
from impls.network import Network
from impls.updates import UPDATES

SMALL = 2  # units, and examples: there is next to nothing to compute, but as many calls; NumPy treats a single number otherwise
RECORDED = "workspace_recursion"  # whose frames hold what they have computed, so that all of it is on the tape
FAULTS = 256  # pages that are touched at least, to time one fault


class Work(NamedTuple):
    """One thing to time: what, and of which implementation; "" where it is the same for all."""

    work: str
    impl: str = ""


def works(cell: Cell, batch: Batch) -> dict[Work, MakeReady]:
    """All that is timed under the cell's allocator."""
    bench = _Bench(cell, batch)
    steps = {Work("step", name): bench.step(name, descend=True) for name in BEFOREHAND}
    small = _Bench(replace(cell, width=SMALL, batch=SMALL), Batch(batch.X[:SMALL, :SMALL], batch.Y[:, :SMALL], batch.loss))
    lines = _lines(bench, small)
    if cell.allocator != STEADY:
        return {Work(UNIT): lines[Work(UNIT)], Work("page_fault"): _always(partial(touch_pages, *pages(bench.network, cell))), **steps}
    twins = dict.fromkeys(BEFOREHAND.values())
    return {
        **lines,
        **{Work("backprop", name): bench.step(name, descend=False) for name in BEFOREHAND},
        **{Work("small_backprop", name): small.step(name, descend=False) for name in twins},
        **{Work("allocation", name): _always(bench.allocations(name)) for name, twin in BEFOREHAND.items() if name != twin},
        **steps,
    }


class _Bench(Workbench):
    """A workbench whose implementations are prepared once, and the two that need room share one block."""

    def __init__(self, cell: Cell, batch: Batch) -> None:
        super().__init__(cell, *batch)
        self.raise_limit()
        self.plain = self.network, self.X, self.Y
        self.roomy = IMPLEMENTATIONS[RECORDED].prepared(*self.plain)

    def prepared(self, name: str) -> tuple[Any, Any, Any]:
        """What an implementation runs on."""
        return self.roomy if BEFOREHAND[name] == name else self.plain

    def step(self, name: str, descend: bool) -> MakeReady:  # type: ignore[override]  # of what was prepared once
        """A training step of an implementation, with or without the descent."""
        step = partial(UPDATES[self.cell.update], IMPLEMENTATIONS[name], *self.prepared(name), LEARNING_RATE)

        def ready(calls: int = 1) -> Step:
            self.put_back()
            tape.let_descend(descend)
            return step

        return ready

    def operations(self) -> list[Any]:
        """All that a step does."""
        return tape.record(IMPLEMENTATIONS[RECORDED], *self.roomy, self.cell.update).operations

    def allocations(self, name: str) -> Step:
        """The arrays of an implementation's step, allocated and let go."""
        recorded = tape.record(IMPLEMENTATIONS[name], *self.prepared(name), self.cell.update, keeps=False)
        return tape.allocations(recorded, self.X.dtype)


def _lines(bench: _Bench, small: _Bench) -> dict[Work, MakeReady]:
    """The arithmetic in a straight line, on all numbers, on next to none, and on all in one kind of operation alone; and the descent.

    Kinds are left out by their numbers and not by their calls: a line of one kind alone is foretold better by the processor than one
    in which kinds alternate, and two such lines together took 7 % less than the line of both at 64 x 8. Before a line is timed all of
    the arithmetic is run once: a part by itself would go on from what it has left, and numbers that vanish take longer.
    """
    large, next_to_none = bench.operations(), small.operations()

    def line(*kinds: str) -> Step:
        both = zip(large, next_to_none, strict=True)
        return tape.straight_line((full if kind in kinds else empty)[1] for full, empty in both for kind in full[:1])

    whole = line(tape.PRODUCT, tape.ELEMENTWISE)

    def ready(line: Step, calls: int = 1) -> Step:
        bench.put_back()
        whole()
        return line

    lines = {"arithmetic": whole, "products": line(tape.PRODUCT), "elementwise": line(tape.ELEMENTWISE), "small": line()}
    lines["update"] = descent(bench.network.layers, shared=bench.cell.update == "fused")
    return {Work(name): partial(ready, each) for name, each in lines.items()}


def _always(step: Step) -> MakeReady:
    return lambda calls=1: step


def descent(layers: list[Layer], shared: bool) -> Step:
    """The descent of all layers along gradients that are there; `shared` by layers of one shape, as when one is alive at a time.

    A rate of 1 does the same work as any other, and leaves the gradients as they are.
    """
    made: dict[tuple[int, ...], np.ndarray] = {}

    def gradient(like: np.ndarray) -> np.ndarray:
        new = np.full(like.shape, LEARNING_RATE, like.dtype)
        return made.setdefault(like.shape, new) if shared else new

    pairs = [(layer, gradient(layer.W), gradient(layer.b)) for layer in reversed(layers)]

    def descend_all() -> None:
        for layer, dW, db in pairs:
            tape.DESCEND(layer, dW, db, 1.0)

    return descend_all


def pages(network: Network, cell: Cell) -> tuple[int, int]:
    """Blocks, and pages in each, of memory like that of a step: as large as its largest array, or as a chunk of Python's frames where
    that is larger; and as many as its activations and gradients fill, or so many that they can be timed.
    """
    arrays = [size for layer in network.layers for size in (layer.W.nbytes, len(layer.W) * cell.batch * layer.W.itemsize)]
    in_block = -(-max(CHUNK_BYTES, *arrays) // mmap.PAGESIZE)
    return max(-(-FAULTS // in_block), -(-sum(arrays) // (in_block * mmap.PAGESIZE))), in_block


def touch_pages(blocks: int, in_block: int) -> None:
    """Take so many blocks of new memory, touch each of their pages, and give them back."""
    taken = []
    for _ in range(blocks):
        memory = mmap.mmap(-1, in_block * mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        np.frombuffer(memory, np.uint8)[:: mmap.PAGESIZE] = 1
        taken.append(memory)
    for memory in taken:
        memory.close()
