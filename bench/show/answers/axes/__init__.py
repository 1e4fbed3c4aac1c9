"""Answers about one axis of a sweep: what changes from one of its values to the next."""

from __future__ import annotations

from bench.analyse.between.axes import AxisRatio
from bench.show.answers.words import percent


def change_words(row: AxisRatio) -> str:
    """ "12 % less CPU time"."""
    return f"{percent(abs(1 - row.ratio))} {'less' if row.ratio < 1 else 'more'} CPU time"
