"""Words that answers are made of."""

from __future__ import annotations

from collections.abc import Sequence


def listed(parts: Sequence[str]) -> str:
    """The parts as a sentence lists them.

    >>> listed(["one"]), listed(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def spaced(number: int) -> str:
    """A number with its thousands apart, by spaces at which no line breaks.

    >>> spaced(1000000).split()
    ['1', '000', '000']
    """
    return f"{number:,}".replace(",", "\u00a0")


def percent(share: float, digits: int = 0) -> str:
    """A share in per cent.

    >>> percent(0.01), percent(0.0025, 2)
    ('1 %', '0.25 %')
    """
    return f"{100 * share:.{digits}f} %"
