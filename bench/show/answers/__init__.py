"""Answers: the facts put into sentences, one file a topic; an answer begins with yes, no or a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A question and its answer: some sentences, then a list of figures if there are more than a sentence can hold."""

    question: str
    text: str
    items: tuple[str, ...] = ()


TOO_FEW = "Too few passes so far for intervals that hold together. Run the same command again to add passes."


def by_question(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    """Each question once, with its answers, those that repeat left out."""
    asked: dict[str, list[Answer]] = {}
    for answer in dict.fromkeys(answers):
        asked.setdefault(answer.question, []).append(answer)
    return asked
