"""Convergence: when a training has learned what it will learn, seen by the examples that are held out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_EPOCHS = 100
PATIENCE = 10  # epochs
GAIN = 0.01  # of the held-out loss; less is no gain


def converged(held_out_losses: Sequence[float]) -> bool:
    """Did the last ten epochs not lower the least held-out loss by 1 %?

    >>> converged([0.5, 0.3, 0.2] + [0.2] * 9), converged([0.5, 0.3, 0.2] + [0.2] * 10), converged([1 / n for n in range(1, 90)])
    (False, True, False)
    """
    before, last = held_out_losses[:-PATIENCE], held_out_losses[-PATIENCE:]
    return bool(before) and min(last) > (1 - GAIN) * min(before)


def epochs_to_converge(held_out_losses: Iterable[float]) -> int:
    """How many epochs of a training it takes, those that show it among them; all that there are if it does not converge.

    >>> epochs_to_converge([0.5, 0.3, 0.2] + [0.2] * 50)
    13
    """
    seen: list[float] = []
    for loss in held_out_losses:
        seen.append(loss)
        if converged(seen):
            break
    return len(seen)
