"""A network is a list of layers and the name of a loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from impls.layers import COLUMNS, HIDDEN_ACTIVATIONS, LAYOUTS, ROWS, Layer
from impls.losses import NAMES, in_layout


@dataclass
class Network:
    """Layers in forward order, and the name of the loss on the last one's logits."""

    layers: list[Layer]
    loss: str

    @property
    def rows(self) -> bool:
        """Are examples rows?"""
        return self.layers[0].rows

    def examples(self, X: np.ndarray) -> int:
        """How many there are in X."""
        return len(X) if self.rows else X.shape[1]


def make_network(
    sizes: Sequence[int],
    activation: str = "tanh",
    loss: str = "binary_cross_entropy",
    initialiser: str = "orthogonal",
    seed: int = 0,
    dtype: str = "float64",
    layout: str = COLUMNS,
) -> Network:
    """A network of len(sizes) - 1 weight layers; sizes[0] is the features, sizes[-1] the logits.

    Hidden layers share one activation and the last layer is linear. Biases start at zero. The parameters are the same in both layouts.

    Raises:
        ValueError: fewer than two sizes, a size below 1, or a name that is not known.

    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes must be two or more numbers from 1, not {list(sizes)!r}")
    _known("activation", activation, HIDDEN_ACTIVATIONS)
    _known("loss", loss, NAMES)
    _known("initialiser", initialiser, INITIALISERS)
    _known("dtype", dtype, DTYPES)
    _known("layout", layout, LAYOUTS)
    weights = _draw(list(zip(sizes[1:], sizes[:-1])), INITIALISERS[initialiser], np.random.default_rng(seed), dtype)
    last, rows = len(weights) - 1, layout == ROWS
    layers = [Layer(W, np.zeros((len(W), 1), dtype), "linear" if l == last else activation, l == 0, rows) for l, W in enumerate(weights)]
    return Network(layers, in_layout(loss, rows))


def he(rng: np.random.Generator, count: int, n: int, n_prev: int) -> np.ndarray:
    """Normal with variance 2 / n_prev, made for relu (He et al. 2015)."""
    return rng.standard_normal((count, n, n_prev)) * np.sqrt(2 / n_prev)


def xavier(rng: np.random.Generator, count: int, n: int, n_prev: int) -> np.ndarray:
    """Normal with variance 2 / (n + n_prev), made for tanh (Glorot & Bengio 2010)."""
    return rng.standard_normal((count, n, n_prev)) * np.sqrt(2 / (n + n_prev))


def orthogonal(rng: np.random.Generator, count: int, n: int, n_prev: int) -> np.ndarray:
    """Orthonormal rows or columns, uniform over all such: signals keep their length at any depth.

    The Q of a normal matrix, with the signs of R's diagonal (Saxe, McClelland & Ganguli 2014;
    Mezzadri 2007 for the signs).
    """
    tall, wide = max(n, n_prev), min(n, n_prev)
    Q, R = np.linalg.qr(rng.standard_normal((count, tall, wide)))
    Q *= np.sign(np.diagonal(R, axis1=1, axis2=2))[:, None, :]
    return Q if n >= n_prev else Q.transpose(0, 2, 1)


INITIALISERS = {"orthogonal": orthogonal, "xavier": xavier, "he": he}
DTYPES = ("float64", "float32")


CHUNK_BYTES = 32 * 1024


def _draw(shapes, initialise, rng, dtype) -> list[np.ndarray]:
    """The weights of all layers. Many small ones are drawn at once, since a network may have a million layers.

    Never more than CHUNK_BYTES at once, unless one layer alone is larger: freeing a large array
    raises glibc's threshold for giving memory back (mallopt(3), M_MMAP_THRESHOLD), and every later step
    of the process would run up to 40 % faster than where the layers are made one by one.
    """
    weights: list[np.ndarray] = [np.empty(0)] * len(shapes)
    for shape in dict.fromkeys(shapes):
        places = [l for l, other in enumerate(shapes) if other == shape]
        at_once = max(1, CHUNK_BYTES // (8 * shape[0] * shape[1]))
        for start in range(0, len(places), at_once):
            chunk = places[start : start + at_once]
            for l, W in zip(chunk, initialise(rng, len(chunk), *shape)):
                weights[l] = np.array(W, dtype, order="C")
    return weights


def _known(kind: str, name: str, names) -> None:
    if name not in names:
        raise ValueError(f"unknown {kind} {name!r}; there are {', '.join(names)}")
