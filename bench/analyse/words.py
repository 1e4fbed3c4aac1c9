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
