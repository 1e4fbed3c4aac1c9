"""Answers about training: whether all learn the same, what a whole training costs, how well it does, and 152 layers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bench.analyse.training import CostRatio, Trained, TrainingFailure, TrainingResult
from bench.measure.training.recipes import DEEP_DEPTH
from bench.plan.contenders import CONTROL, control_flow_of, in_order, title
from bench.show.answers import Answer
from bench.show.answers.words import VERDICT_WORDS, counted, listed, percent, spaced, titles

SAME = "Is the result the same when parameters are updated while the stack unwinds?"
COST = "Is there a difference in a whole training?"
LEARNED = "How well do the networks do on data that they have not seen?"
DEEP = f"Can {DEEP_DEPTH} layers be trained by recursion without raising the limit?"

TOO_FEW = "Not known yet: too few trainings for intervals that hold together. Run `unwind train` again to add some."
NOTEBOOK = (
    "The notebook of the thread called the difference negligible, on a network of one layer. Recursion through one layer is one "
    "call and the base case, so that could hardly show what recursion costs in a network of many."
)


def training_answers(facts: Trained) -> list[Answer]:
    """What the trainings say, as far as they go."""
    answers = (_same(facts.results), _cost(facts.results), _learned(facts.results), _deep(facts.results))
    return [answer for answer in answers if answer]


def losses_words(result: TrainingResult) -> str:
    """How the losses compare with those of the first training, in a table."""
    return "the same bits" if result.same else f"within {result.apart:.0e}" if result.close else "differ"


def cost_words(ratio: CostRatio | None) -> str:
    """ "1.003 [0.981, 1.020]"; no figure without its interval, and nothing where there is nothing to compare with."""
    if ratio is None:
        return ""
    return f"{ratio.ratio:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]" if ratio.closed else "too few trainings"


def failure_words(failure: TrainingFailure) -> str:
    """Who could not be trained where, and why."""
    return f"{title(failure.impl)}, {failure.update}, on {failure.dataset}: {failure.status}: {failure.detail}"


def held_out_words(result: TrainingResult) -> str:
    """The held-out accuracy; nothing where none was recorded."""
    return "" if math.isnan(result.held_out_accuracy) else percent(result.held_out_accuracy, 1)


def network_words(result: TrainingResult) -> str:
    """On what it was trained, for how long."""
    layers = f", {result.depth} layers" if result.depth else ""
    return f"{result.dataset}{layers}, {counted(len(result.losses), 'epoch')}"


def _same(results: Sequence[TrainingResult]) -> Answer | None:
    return Answer(SAME, " ".join(_same_sentences(results))) if results else None


def _same_sentences(results: Sequence[TrainingResult]) -> Iterator[str]:
    if odd := [_who(result) for result in results if not result.close]:
        yield f"No, not for all: the losses of {listed(odd)} differ from those of the first training on the same data."
        return
    same = [result for result in results if result.same and result.impl != CONTROL] or results
    updates = "both updates" if len({result.update for result in same}) > 1 else f"the {same[0].update} update"
    yield (
        f"Yes, to the last bit: {titles(result.impl for result in same)}, with {updates}, have the same loss in every epoch of "
        f"{counted(sum(result.blocks for result in same), 'training')} on {listed([*dict.fromkeys(result.dataset for result in same)])}."
    )
    near = [result for result in results if not result.same]
    if near:
        apart = max(result.apart for result in near)
        yield f"Those of {titles(result.impl for result in near)}, with arithmetic of their own, agree to {apart:.0e}."
    yield "Updating each layer as the stack unwinds gives what updating them all afterwards gives."


def _cost(results: Sequence[TrainingResult]) -> Answer | None:
    """Every contender's CPU time beside the baseline's; the control is a row of the table, and no answer."""
    costs = [(result, result.cpu) for result in results if result.cpu and result.impl != CONTROL]
    if not costs:
        return None
    closed = [(result, ratio) for result, ratio in costs if ratio.closed]
    if not closed:
        return Answer(COST, TOO_FEW)
    differ = sum(ratio.verdict in ("faster", "slower") for _, ratio in closed)
    start = f"Yes, in {differ}" if differ else "No, not for certain in any"
    text = (
        f"{start} of {counted(len(closed), 'comparison')} of CPU time. Each ratio is that of a whole training over one by the "
        f"kept list, deferred, in the same block. {NOTEBOOK}"
    )
    clear = [(result, ratio) for result, ratio in closed if ratio.verdict in ("faster", "slower")]
    recursion = _first_recursion(results)
    told = clear or [(result, ratio) for result, ratio in closed if result.impl == recursion]
    items = (f"{_who(result)}, on {result.dataset}: {cost_words(ratio)}, {VERDICT_WORDS[ratio.verdict]}" for result, ratio in told)
    return Answer(COST, text, (*items, *_peaks(results)))


def _peaks(results: Sequence[TrainingResult]) -> Iterator[str]:
    """The peak memory that is farthest from the baseline's."""
    peaks = [result.peak for result in results if result.peak and result.impl != CONTROL]
    if peaks:
        farthest = max(peaks, key=lambda peak: abs(peak.ratio - 1))
        yield f"peak memory of the whole process, where it differs most: {cost_words(farthest)}"


def _learned(results: Sequence[TrainingResult]) -> Answer | None:
    """Held-out accuracy of the baseline on each dataset; that of the others is in the table."""
    known = [result for result in results if result.is_baseline and not math.isnan(result.held_out_accuracy)]
    if not known:
        return None
    shares = listed([f"{percent(result.held_out_accuracy, 1)} on {result.dataset}" for result in known])
    ends = listed([f"{len(result.losses)} on {result.dataset}" for result in known])
    late = [result.dataset for result in known if not result.converged]
    shown = (
        f"On {listed(late)} it was still learning then." if late else "In the last ten of them, the held-out loss fell by less than 1 %."
    )
    return Answer(
        LEARNED,
        f"{shares}. This is the share of held-out examples that are classified correctly. No step was taken on these; they only "
        "decide when to stop. "
        f"The baseline needs this many epochs, and all others are given as many: {ends}. {shown}",
    )


def _deep(results: Sequence[TrainingResult]) -> Answer | None:
    """Recursion through as many layers as ResNet-152 has."""
    there = [result for result in results if _is_deep(result)]
    recursive = next((result for result in there if result.impl == _first_recursion(there)), None)
    if recursive is None:
        return None
    text = (
        f"Yes: {counted(len(recursive.losses), 'epoch')} on {recursive.dataset}, "
        f"at the limit of {spaced(recursive.recursion_limit or 0)} calls. "
        f"The loss fell from {recursive.losses[0]:.3f} to {recursive.losses[-1]:.3f}, and {percent(recursive.held_out_accuracy, 1)} of the "
        "held-out examples are classified correctly. "
    )
    others = [result for result in there if result is not recursive]
    if others and all(result.same for result in there):
        text += f"Every loss is that of the {titles(result.impl for result in others)}, to the last bit. "
    return Answer(DEEP, text + "ResNet-152 has this depth; the network here is a plain one.")


def _first_recursion(results: Sequence[TrainingResult]) -> str | None:
    """The implementation that stands for all recursion, if one was trained."""
    return next(iter(in_order(result.impl for result in results if control_flow_of(result.impl) == "recursion")), None)


def _is_deep(result: TrainingResult) -> bool:
    return result.depth == DEEP_DEPTH


def _who(result: TrainingResult) -> str:
    return f"{title(result.impl)} ({result.update})"
