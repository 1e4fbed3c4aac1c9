"""Attribution: from the times of a step with and without its parts to the time of each part.

Each part is what its removal saves, and each removal starts from what the one before has left:

    whole          the step as it is, under the allocator `default`
    step           the same where freed memory stays in the process      whole - step         = page faults
    backprop       without the descent                                   step - backprop      = update
    beforehand     into arrays made beforehand                           backprop - beforehand = allocation
    arithmetic     the same operations of NumPy in a straight line       beforehand - arithmetic = calls of Python
    products       the same, all but the products on next to no numbers  arithmetic - products  = element-wise
    small          the same, all on next to no numbers                   products - small, small = products, calls of NumPy

So the parts add up to the whole whatever was measured, and that proves nothing. What does is a second measurement of the parts,
each on its own (`Alone`): if these add up to the whole too, no part is hidden in another.

This file uses nothing of this project.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Remains:
    """CPU times of a step, and of what is left when parts are left out, all in one unit.

    Attributes:
        small, products, arithmetic: all operations in a straight line, on next to no numbers, on all in products alone, and on all.
        beforehand: the step without allocation and descent.
        backprop: without the descent.
        step: as it is, where freed memory stays in the process.
        whole: as it is.

    """

    small: float
    products: float
    arithmetic: float
    beforehand: float
    backprop: float
    step: float
    whole: float


@dataclass(frozen=True)
class Parts:
    """The parts of a step, in the order that figures stack them; all in one unit."""

    products: float
    elementwise: float
    numpy_calls: float
    python_calls: float
    allocation: float
    page_faults: float
    update: float

    @property
    def whole(self) -> float:
        """All of them."""
        return sum(astuple(self))


def parts_of(left: Remains) -> Parts:
    """What each removal saves.

    >>> parts_of(Remains(small=20, products=35, arithmetic=50, beforehand=60, backprop=68, step=80, whole=100))
    Parts(products=15, elementwise=15, numpy_calls=20, python_calls=10, allocation=8, page_faults=20, update=12)
    """
    return Parts(
        products=left.products - left.small,
        elementwise=left.arithmetic - left.products,
        numpy_calls=left.small,
        python_calls=left.beforehand - left.arithmetic,
        allocation=left.backprop - left.beforehand,
        page_faults=left.whole - left.step,
        update=left.step - left.backprop,
    )


@dataclass(frozen=True)
class Alone:
    """CPU times of parts that were measured each on its own, in the same unit.

    Attributes:
        products, elementwise: a straight line in which these operations alone have all their numbers.
        small_beforehand: the step on next to no numbers, without allocation and descent: calls, and nothing else.
        allocation: the arrays of a step, made and let go, without what is computed.
        update: the descent, without what comes before.
        faults, fault: page faults of a step, and what one of them takes.

    """

    products: float
    elementwise: float
    small_beforehand: float
    allocation: float
    update: float
    faults: float
    fault: float


def accounted(left: Remains, alone: Alone) -> float:
    """What the parts that were measured each on its own come to together, as a share of the whole.

    >>> left = Remains(small=20, products=35, arithmetic=50, beforehand=60, backprop=68, step=80, whole=100)
    >>> accounted(left, Alone(35, 34, small_beforehand=29, allocation=8, update=12, faults=10, fault=2))
    0.98
    """
    numbers = alone.products - left.small + alone.elementwise - left.small
    return (numbers + alone.small_beforehand + alone.allocation + alone.update + alone.faults * alone.fault) / left.whole
