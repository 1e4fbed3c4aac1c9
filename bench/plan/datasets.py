"""Real data, offline: two classics that come with scikit-learn, and any CSV file of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.errors import BadInput, unknown
from bench.plan.batches import Batch

# name in scikit-learn -> what it is
BUNDLED = {
    "breast_cancer": "569 tumours, 30 features, two classes (Wolberg, Street & Mangasarian 1995; scikit-learn)",
    "digits": "1 797 images of 8 x 8 pixels, ten classes (Alpaydin & Kaynak 1998; scikit-learn)",
}
YOUR_OWN = "your own: a header line, numbers, and in the sweep target = the label's column"


@dataclass(frozen=True)
class Dataset:
    """Standardised features X (features, examples), targets Y (1 or classes, examples) and the loss that fits.

    Binary targets are one row of 0 and 1; more classes are one-hot.
    """

    name: str
    X: np.ndarray
    Y: np.ndarray
    loss: str

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


def load(name: str, target: str | None = None, source: str = "") -> Dataset:
    """The dataset of that name, or the CSV file at that path with `target` as its label column.

    Raises:
        BadInput: the name, file or column is not known, a value is missing or no number, or there
            are fewer than two classes. `source` is the sweep or option that names the dataset, for the message.

    """
    if name in BUNDLED:
        from sklearn import datasets

        return _standardised(name, *getattr(datasets, f"load_{name}")(return_X_y=True))
    if Path(name).suffix.lower() != ".csv":
        raise BadInput(unknown("dataset", name, [*BUNDLED, "the path of a .csv file"], source))
    return _standardised(name, *_read_csv(Path(name), target, source))


def _read_csv(path: Path, target: str | None, source: str) -> tuple[np.ndarray, np.ndarray]:
    if target is None:
        raise BadInput(f'{source or path}: dataset {str(path)!r} needs a label column; add target = "its name"')
    try:
        table = pd.read_csv(path)
    except FileNotFoundError:
        raise BadInput(
            f"{source + ': ' if source else ''}no file {str(path)!r}; check the path, which starts from the current folder"
        ) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as CSV ({error}); give a file with a header line") from None
    if target not in table.columns:
        raise BadInput(unknown("column", target, map(str, table.columns), str(path)))
    if table.empty or len(table.columns) < 2:
        raise BadInput(f"{path}: needs at least one row and one column beside {target!r}")
    _refuse_gaps(table, path)
    features = table.drop(columns=target)
    texts = features.select_dtypes(exclude=["number", "bool"]).columns
    if len(texts):
        raise BadInput(f"{path}: column {texts[0]!r} holds words, not numbers; encode it or leave it out")
    return features.to_numpy(dtype=float), table[target].to_numpy()


def _refuse_gaps(table: pd.DataFrame, path: Path) -> None:
    numbers = table.select_dtypes("number")
    gaps = table.isna()
    gaps[numbers.columns] |= ~np.isfinite(numbers)
    if gaps.to_numpy().any():
        row, column = np.argwhere(gaps.to_numpy())[0]
        raise BadInput(
            f"{path}: line {row + 2}, column {str(table.columns[column])!r} is {table.iat[row, column]!s}; fill the gap or drop the line"
        )


def _standardised(name: str, features: np.ndarray, labels: np.ndarray) -> Dataset:
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise BadInput(f"{name}: the target has one class, {classes[0]!s}; there is nothing to learn, give two or more")
    if len(classes) > len(labels) / 2 and len(classes) > 2:
        raise BadInput(f"{name}: the target has {len(classes)} classes in {len(labels)} rows; give a column of labels, not of measurements")
    deviation = features.std(axis=0)
    X = (features - features.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    if len(classes) == 2:
        return Dataset(name, X.T.copy(), codes.reshape(1, -1).astype(float), "binary_cross_entropy")
    return Dataset(name, X.T.copy(), np.eye(len(classes))[:, codes.ravel()], "softmax_cross_entropy")
