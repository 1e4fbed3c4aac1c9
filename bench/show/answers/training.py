"""The answer about training: whether all implementations and both updates learn the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analyse.training import TrainingResult
from bench.plan.contenders import title
from bench.show.answers import Answer
from bench.show.answers.words import counted, listed, titles

SAME = "Is the result the same when parameters are updated while the stack unwinds?"


def training_answers(results: Sequence[TrainingResult]) -> list[Answer]:
    """Whether all trainings came to the same end."""
    return [Answer(SAME, " ".join(_sentences(results)))] if results else []


def _sentences(results: Sequence[TrainingResult]) -> Iterator[str]:
    if odd := [f"{title(result.impl)} ({result.update})" for result in results if not result.close]:
        yield f"No, not for all: the losses of {listed(odd)} differ from those of the first training."
        return
    same = sum(result.same for result in results)
    yield f"Yes, to the last bit: {counted(same, 'training')}, with both updates, have the same loss in every epoch."
    near = [result for result in results if not result.same]
    if near:
        apart = max(result.apart for result in near)
        yield f"Those of {titles(result.impl for result in near)}, with arithmetic of their own, agree to {apart:.0e}."
    yield "Updating each layer as the stack unwinds gives what updating them all afterwards gives."


def losses_words(result: TrainingResult) -> str:
    """How the losses compare with those of the first training, in a table."""
    return "the same bits" if result.same else f"within {result.apart:.0e}" if result.close else "differ"
