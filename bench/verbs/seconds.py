"""Seconds that an option gives: the same bounds, and the same sentence, for every verb."""

from __future__ import annotations

from bench.errors import BadInput

LONGEST_S = 1e9  # thirty years


def positive_seconds(option: str, seconds: float) -> float:
    """The seconds, if they can be waited for.

    Raises:
        BadInput: they are not above 0, or are no number, or longer than anything lasts.

    """
    if not 0 < seconds <= LONGEST_S:
        raise BadInput(f"{option} is {seconds:g}; give a number of seconds above 0 and up to {LONGEST_S:g}")
    return seconds
