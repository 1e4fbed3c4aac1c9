"""Heap history: what a process has allocated and given back before it trains, drawn anew for each visit.

Whether a training step finds its memory in the process, or has it faulted in again page by page, depends on what malloc
was asked for before. glibc gives memory back when what is free at the end of the heap exceeds its trim threshold. A
step inherits three things that decide whether that happens (https://man7.org/linux/man-pages/man3/mallopt.3.html):

- the thresholds: when a block is freed that had a mapping of its own, of 128 KiB to 32 MiB, its size becomes the
  threshold for such mappings, and twice its size the one for trimming;
- free room for large arrays: those that fit there never reach the end of the heap;
- free room for small blocks: where it lacks, one of them lands above the arrays, and while it is alive, or waits in a
  cache of malloc or NumPy, nothing below it is given back.

Imports alone leave 0.3 MiB of free room and a threshold of 212 KiB where NumPy's bytecode is cached, and 3 MiB and
272 KiB where the process compiles it, as `PYTHONOPTIMIZE=2` made it do. So a kept list of 32 layers of 128 units faulted
in 0 pages a step in all passes of the one, and 1 984 in all passes of the other. What nobody controls is randomised: then
it is no bias that all passes share, but a spread that they show (Mytkowicz, Diwan, Hauswirth & Sweeney 2009, "Producing
Wrong Data Without Doing Anything Obviously Wrong!"; Curtsinger & Berger 2013, "Stabilizer").
"""

from __future__ import annotations

import random

import numpy as np

LARGEST = (12, 25)  # powers of two, in bytes: the largest block that was given back; from 17 on it moves glibc's thresholds
BLOCKS = (22, 25)  # of all small blocks together: more than the free room that imports leave, so that it is used up
BLOCK = (4, 16)  # of one of them
FREED = (-2, 0)  # powers of ten: the share of them that is given back


def draw_heap_history(rng: random.Random) -> list[np.ndarray]:
    """Make a history, and return the blocks that are still alive, to hold for as long as the history is to last.

    One large block comes and goes. Then come many small ones, and some go, in random order. Each number is drawn evenly on
    a logarithmic scale. The small blocks never exceed 32 MiB and one block more; only malloc writes to them, a word or two each.
    """
    _block(rng, *LARGEST)
    blocks, room = [], 2 ** rng.uniform(*BLOCKS)
    while room > 0:
        blocks.append(_block(rng, *BLOCK))
        room -= blocks[-1].nbytes
    rng.shuffle(blocks)
    freed = 10 ** rng.uniform(*FREED)
    return blocks[int(freed * len(blocks)) :]


def _block(rng: random.Random, low: float, high: float) -> np.ndarray:
    """2**low to 2**high bytes, asked for as NumPy asks for an array's."""
    return np.empty(int(2 ** rng.uniform(low, high)), np.uint8)
