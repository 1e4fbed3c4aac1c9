"""A quiet screen: what a run says is kept for the result, and only its progress is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from bench.show.answers import Answer
from bench.show.terminal.screen import Screen

if TYPE_CHECKING:
    from bench.measure.machine.caveats import Caveat
    from bench.show.answers.advice import AnswerTable


class QuietScreen(Screen):
    """Keeps notes and caveats.

    Attributes:
        notes: what a user should know of the figures, a sentence each.

    """

    def __init__(self) -> None:
        super().__init__(gate=True)
        self.notes: list[str] = []

    def say(self, sentence: str) -> None:
        """Nothing: the result says it."""

    def warn(self, sentence: str) -> None:
        """Keep it."""
        self.notes.append(sentence)

    def caveats(self, caveats: Iterable[Caveat]) -> None:
        """Keep them."""
        self.notes += [f"{caveat.what}; what to do: {caveat.remedy}" for caveat in caveats]

    def left_out(self, reasons: Mapping[str, str]) -> None:
        """Nothing: `versus` warns of it."""

    def table(self, table: Table) -> None:
        """Nothing."""

    def answer(self, table: AnswerTable) -> None:
        """Nothing."""

    def answers(self, answers: Sequence[Answer], of: str = "") -> None:
        """Nothing."""
