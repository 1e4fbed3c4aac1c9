"""A batch: the examples of a step, in a file that a measuring process reads without the library that they came from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np


class Batch(NamedTuple):
    """X (features, examples), targets Y (1 or classes, examples), and the name of the loss that fits the targets."""

    X: np.ndarray
    Y: np.ndarray
    loss: str

    def write(self, path: Path) -> None:
        """Put it in a file, whose name ends in .npz."""
        np.savez(path, X=self.X, Y=self.Y, loss=self.loss)

    @classmethod
    def read(cls, path: str | Path) -> Batch:
        """The batch that was written to a file."""
        with np.load(path) as arrays:
            return cls(arrays["X"], arrays["Y"], str(arrays["loss"]))
