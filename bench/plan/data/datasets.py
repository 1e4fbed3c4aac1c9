"""Real data, offline: two classics that come with scikit-learn, and any CSV file of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.errors import BadInput, unknown
from bench.plan.data import csv_file
from bench.plan.data.batches import Batch
from bench.plan.data.csv_file import USUAL, CsvForm, Labelled

# name in scikit-learn -> what it is
BUNDLED = {
    "breast_cancer": "569 tumours, 30 features, two classes (Wolberg, Street & Mangasarian 1995; scikit-learn)",
    "digits": "1 797 images of 8 x 8 pixels, ten classes (Alpaydin & Kaynak 1998; scikit-learn)",
}
YOUR_OWN = "your own: a header line, numbers, and in the sweep target = the label's column"
LARGEST_SQUARED = 1e100  # a column of numbers up to here, or down to its inverse, can be squared and summed as it is


@dataclass(frozen=True)
class Dataset:
    """Standardised features X (features, examples), targets Y (1 or classes, examples) and the loss that fits.

    Binary targets are one row of 0 and 1; more classes are one-hot. The notes say what was done to the rows of a file.
    """

    name: str
    X: np.ndarray
    Y: np.ndarray
    loss: str
    notes: tuple[str, ...] = ()

    def batch(self, examples: int, seed: int = 0) -> Batch:
        """So many examples in a random order that the seed fixes; if there are too few, the order repeats."""
        order = np.random.default_rng(seed).permutation(self.X.shape[1])
        chosen = np.resize(order, examples)
        return Batch(np.ascontiguousarray(self.X[:, chosen]), np.ascontiguousarray(self.Y[:, chosen]), self.loss)


def write_batches(data: Mapping[str, Dataset], sizes: Iterable[int], folder: Path) -> dict[tuple[str, int], Path]:
    """A batch of each size of each dataset, in a file each: (dataset, examples) -> the file."""
    paths = {}
    for number, (name, dataset) in enumerate(data.items()):
        for examples in {*sizes}:
            paths[name, examples] = folder / f"{number}-{examples}.npz"
            dataset.batch(examples).write(paths[name, examples])
    return paths


def load(name: str, target: str | None = None, source: str = "", form: CsvForm = USUAL) -> Dataset:
    """The dataset of that name, or the CSV file at that path with `target` as its label column.

    Raises:
        BadInput: the name, file or column is not known, a value cannot be used, or there are fewer than two classes.
            `source` is the sweep or option that names the dataset, for the message.

    """
    if name in BUNDLED:
        from sklearn import datasets

        return _standardised(name, Labelled(*getattr(datasets, f"load_{name}")(return_X_y=True)))
    if Path(name).suffix.lower() != ".csv":
        raise BadInput(unknown("dataset", name, [*BUNDLED, "the path of a .csv file"], source))
    if target is None:
        raise BadInput(f'{source or name}: dataset {name!r} needs a label column; add target = "its name"')
    try:
        return _standardised(name, csv_file.read(Path(name), target, form))
    except FileNotFoundError:
        place = f"{source}: " if source else ""
        raise BadInput(f"{place}no file {name!r}; check the path, which starts from the current folder") from None


def _standardised(name: str, data: Labelled) -> Dataset:
    """Features with mean 0 and standard deviation 1, or 0 where a column has one value only; the classes as targets."""
    labels = data.labels
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise BadInput(f"{name}: the target has one class, {classes[0]!s}; there is nothing to learn, give two or more")
    if len(classes) > len(labels) / 2 and len(classes) > 2:
        raise BadInput(f"{name}: the target has {len(classes)} classes in {len(labels)} rows; give a column of labels, not of measurements")
    X = _scores(data.features).T.copy()
    if len(classes) == 2:
        return Dataset(name, X, codes.reshape(1, -1).astype(float), "binary_cross_entropy", data.notes)
    return Dataset(name, X, np.eye(len(classes))[:, codes.ravel()], "softmax_cross_entropy", data.notes)


def _scores(features: np.ndarray) -> np.ndarray:
    """Each column less its mean, over its standard deviation."""
    largest = np.abs(features).max(axis=0)
    extreme = (largest > LARGEST_SQUARED) | ((largest > 0) & (largest < 1 / LARGEST_SQUARED))
    features = features / np.where(extreme, largest, 1)
    deviation = np.where(features.max(axis=0) > features.min(axis=0), features.std(axis=0), 1)
    return (features - features.mean(axis=0)) / deviation
