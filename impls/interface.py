"""The one interface: what an implementation is, and what it promises.

The contract, checked by `impls.contract` before anything is timed. `backprop(network, X, Y, emit)`

1. runs forward and backward once and returns the loss, a float;
2. calls `emit(l, dW, db)` exactly once for each layer, counted from 0, as soon as the gradient of
   layer `l` is known, and hands the two arrays over: the receiver may overwrite them, and has them
   to itself until the next step, which may write to the same places;
3. never changes the network, `X` or `Y`; that is for `emit` to do. When `emit(l, ...)` is called,
   `network.layers[l]` is not needed any more and may be updated on the spot;
4. leaves nothing behind: when it has returned, everything that it allocated is free again,
   without the help of the garbage collector.

Work that belongs outside the clock, such as stacking weights, tracing and compiling, is `prepare`'s: it gives back the
network, X and Y in the form that the implementation runs on. `backprop` and `steps` are handed those, or a batch that
is still as it came. The layers of a prepared network read as NumPy arrays, and hold its current parameters. Where it has
arrays that a step writes to, `slots(update)` gives them, each with its bytes, to those who look into a step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from impls.layers import LAYOUTS

if TYPE_CHECKING:
    import numpy as np

    from impls.network import Network
    from impls.peaks import StepShape

    Emit = Callable[[int, np.ndarray, np.ndarray], None]
    Backprop = Callable[[Network, np.ndarray, np.ndarray, Emit], float]
    Peak = Callable[[StepShape], int]
    Step = Callable[[Network, np.ndarray, np.ndarray, float], float]
    Prepare = Callable[[Network, np.ndarray, np.ndarray], "tuple[Any, Any, Any]"]


class Unavailable(Exception):
    """Raised by an implementation where this machine, as it is, cannot do what it is about; the message says why and what to do.

    What would be measured is skipped then, with that reason, and is no failure.
    """


CONTROL_FLOWS = ("loop", "recursion", "other")
CACHE_KINDS = ("list", "call stack", "other")


@dataclass(frozen=True)
class Library:
    """A library beside NumPy.

    Attributes:
        name: the package to import.
        extra: the extra of this project that installs it.
        allocates: does it take memory by itself, which tracemalloc does not see?
        needs: packages that it can be imported without, but that are needed here.

    """

    name: str
    extra: str
    allocates: bool = True
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """Why an implementation over it cannot run, and the command that installs it; empty where it is installed."""
        lacking = [name for name in (self.name, *self.needs) if not find_spec(name)]
        if not lacking:
            return ""
        return f"needs {lacking[0]}, which is not installed; `pip install '.[{self.extra}]'` brings it"


@dataclass(frozen=True)
class Implementation:
    """One way to run forward and backward once, named for where it keeps its cache.

    Attributes:
        name: the word to type, e.g. "recursive".
        title: what figures and tables call it, e.g. "recursion".
        cache: where the activations live between forward and backward, in words.
        control_flow: "loop", "recursion" or "other".
        backprop: `backprop(network, X, Y, emit) -> loss`, with X (features, examples) and
            Y (classes or 1, examples), or both transposed where `network.rows`. The contract stands at the head of this file.
        peak: the bytes alive at the worst moment of a step, predicted from its shape; what its docstring
            says is the derivation that the report prints. None where it has not been worked out.
        exact: its gradients equal `iterative`'s to the last bit, since all its arithmetic is that of
            `layers.py` and `losses.py`; else to 1e-9.
        steps: update -> `step(network, X, Y, learning_rate) -> loss`, for a program that has an update of
            its own: the training step to take in place of the one in `updates.py`. It may give layers new arrays.
        prepare: `prepare(network, X, Y) -> (network, X, Y)`, what must be done before steps can be taken.
        library: what it is written over, if that is more than NumPy.
        moves: `prepare` moves the parameters into the library's own arrays, and makes no room for a cache; so what it takes
            is no part of a step's memory.
        cache_kind: "list", "call stack" or "other": what of these the cache is kept in.
        recomputes: it keeps only some activations, and computes the others again in backward.
        layouts: what examples may be, "columns" and "rows"; both where all arithmetic is that of `layers.py` and `losses.py`.
        on_request: it is measured where it is named, and not where all are.

    A character of the first four that cannot be printed becomes a space, since they are shown in many places.

    Raises:
        ValueError: the name is empty, `control_flow` or `cache_kind` is none of its three, or `layouts` are not some of the two.

    """

    name: str
    title: str
    cache: str
    control_flow: str
    backprop: Backprop
    peak: Peak | None = None
    exact: bool = True
    steps: Mapping[str, Step] = field(default_factory=dict, hash=False)
    prepare: Prepare | None = None
    library: Library | None = None
    moves: bool = False
    cache_kind: str = "other"
    recomputes: bool = False
    layouts: Sequence[str] = LAYOUTS
    on_request: bool = False

    def __post_init__(self) -> None:
        for what in ("name", "title", "cache", "control_flow"):
            words = "".join(character if character.isprintable() else " " for character in getattr(self, what)).split()
            object.__setattr__(self, what, " ".join(words))
        if not self.name:
            raise ValueError("an implementation needs a name")
        if self.control_flow not in CONTROL_FLOWS:
            raise ValueError(f"{self.name}: control_flow is {self.control_flow!r}, not one of {', '.join(CONTROL_FLOWS)}")
        if self.cache_kind not in CACHE_KINDS:
            raise ValueError(f"{self.name}: cache_kind is {self.cache_kind!r}, not one of {', '.join(CACHE_KINDS)}")
        object.__setattr__(self, "layouts", tuple(self.layouts))
        if not self.layouts or not {*self.layouts} <= {*LAYOUTS}:
            raise ValueError(f"{self.name}: layouts are {self.layouts!r}, not some of {', '.join(LAYOUTS)}")

    @property
    def code(self) -> Backprop:
        """The function that is compared."""
        return self.backprop

    @property
    def missing(self) -> str:
        """Why it cannot run here, and the command that changes that; empty if it can."""
        return self.library.missing if self.library else ""

    def prepared(self, network: Network, X: np.ndarray, Y: np.ndarray) -> tuple[Any, Any, Any]:
        """The three in the form that it runs on."""
        return self.prepare(network, X, Y) if self.prepare else (network, X, Y)
