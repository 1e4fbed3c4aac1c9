"""A cell: one point of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

DEFAULT_ACTIVATION = "tanh"
DEFAULT_INITIALISER = "orthogonal"


@dataclass(frozen=True)
class Cell:
    """Everything that two measurements must share to be compared.

    Attributes:
        dataset: a name that `bench.plan.datasets` knows, or the path of a CSV file.
        batch: examples in the step.
        depth: weight layers, from 1.
        width: units of each hidden layer, from 1.
        dtype: "float64" or "float32".
        update: "deferred" or "fused".
        allocator: "default" or "steady".
        activation: of the hidden layers.
        initialiser: of the weights.

    """

    dataset: str
    batch: int
    depth: int
    width: int
    dtype: str
    update: str
    allocator: str
    activation: str = DEFAULT_ACTIVATION
    initialiser: str = DEFAULT_INITIALISER

    @property
    def id(self) -> str:
        """The cell as one word, e.g. "breast_cancer-b32-d64-w8-float64-deferred-default".

        >>> Cell("data/iris.csv", 32, 4, 8, "float32", "fused", "steady", activation="relu").id
        'iris-b32-d4-w8-float32-fused-steady-relu'
        """
        return self._words(self.allocator)

    @property
    def place(self) -> str:
        """The cell as one word without the allocator, for what does not depend on it.

        >>> Cell("breast_cancer", 32, 64, 8, "float64", "deferred", "steady").place
        'breast_cancer-b32-d64-w8-float64-deferred'
        """
        return self._words()

    def _words(self, *allocator: str) -> str:
        words = [
            PurePath(self.dataset).stem,
            f"b{self.batch}",
            f"d{self.depth}",
            f"w{self.width}",
            self.dtype,
            self.update,
            *allocator,
        ]
        if self.activation != DEFAULT_ACTIVATION:
            words.append(self.activation)
        if self.initialiser != DEFAULT_INITIALISER:
            words.append(self.initialiser)
        return "-".join(words)

    def sizes(self, features: int, outputs: int) -> list[int]:
        """Units by layer, input and output included: depth + 1 numbers."""
        return [features] + [self.width] * (self.depth - 1) + [outputs]


def variant(cell_id: str, allocator: str) -> str:
    """What a cell's id says beyond the columns of the CSV files: an activation or initialiser that is not the usual one.

    >>> variant("iris-b32-d4-w8-float32-fused-steady-relu-he", "steady"), variant("iris-b32-d4-w8-float32-fused-steady", "steady")
    ('relu-he', '')
    """
    return cell_id.rpartition(f"-{allocator}")[2].lstrip("-")


def place_of(cell_id: str, allocator: str) -> str:
    """The cell's `place`, from its id: what memory, which does not depend on the allocator, is recorded under.

    >>> place_of("iris-b32-d4-w8-float32-fused-steady-relu", "steady")
    'iris-b32-d4-w8-float32-fused-relu'
    """
    before, _, after = cell_id.rpartition(f"-{allocator}")
    return before + after
