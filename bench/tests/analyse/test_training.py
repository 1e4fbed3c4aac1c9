"""Training: who ends where and at what cost, in figures that one can check by hand."""

import math

import pytest

from bench.analyse.intervals import median_interval
from bench.analyse.training import settled_comparisons, trained, training_results
from bench.show.answers.training import COST, DEEP, LEARNED, NOTEBOOK, SAME, TOO_FEW, cost_words, losses_words, training_answers
from bench.show.figures.training import training_pictures
from bench.show.report.training import training_section
from bench.tests.rows import training_rows

LOSSES = {
    "first": [0.5, 0.25],
    "same": [0.5, 0.25],
    "near": [0.5, 0.25 * (1 + 2e-9)],
    "far": [0.5, 0.3],
    "lost": [0.5, math.nan],
    "short": [0.5],
}
FALLING = [1.0, 0.5, 0.4]
BLOCKS = range(1, 21)


def answers(*trainings, **shared):
    return {answer.question: answer for answer in training_answers(trained(training_rows(*trainings, **shared)))}


@pytest.fixture(scope="module")
def results():
    """The first is the baseline by name, so that the others are compared with it."""
    rows = [("iterative" if name == "first" else name, "deferred", 1, losses, 1.0) for name, losses in LOSSES.items()]
    return {"first" if result.impl == "iterative" else result.impl: result for result in training_results(training_rows(*rows))}


@pytest.mark.parametrize(
    ("impl", "apart", "words"),
    [
        ("first", 0, "the same bits"),
        ("same", 0, "the same bits"),
        ("near", 2e-9, "within 2e-09"),
        ("far", 0.2, "differ"),
        ("lost", math.inf, "differ"),
        ("short", math.inf, "differ"),
    ],
)
def test_losses_are_compared_with_the_first_training(results, impl, apart, words):
    assert results[impl].apart == pytest.approx(apart, rel=1e-6)
    assert losses_words(results[impl]) == words


def test_one_odd_repetition_is_enough_to_differ():
    rows = [("iterative", "deferred", block, FALLING, 1.0) for block in (1, 2)]
    rows += [("recursive", "fused", 1, FALLING, 1.0), ("recursive", "fused", 2, [1.0, 0.5, 0.41], 1.0)]
    assert [result.same for result in training_results(training_rows(*rows))] == [True, False]


def test_trainings_that_diverge_alike_are_alike():
    lost = [1.0, math.nan]
    rows = training_rows(("iterative", "deferred", 1, lost, 1.0), ("recursive", "deferred", 1, lost, 1.0))
    assert [result.same for result in training_results(rows)] == [True, True]


def test_the_answer_is_yes_where_all_end_alike_and_names_those_that_do_not():
    alike = [("iterative", "deferred", 1, FALLING, 1.0), ("recursive", "fused", 1, FALLING, 1.0)]
    near = ("mine", "fused", 1, [loss * (1 + 2e-9) for loss in FALLING], 1.0)
    assert answers(*alike, near)[SAME].text == (
        "Yes, to the last bit: kept list and recursion, with both updates, have the same loss in every epoch of 2 trainings on iris. "
        "Those of mine, with arithmetic of their own, agree to 2e-09. "
        "Updating each layer as the stack unwinds gives what updating them all afterwards gives."
    )
    assert answers(*alike, ("mine", "fused", 1, [1.0, 0.5, 0.3], 1.0))[SAME].text == (
        "No, not for all: the losses of mine (fused) differ from those of the first training on the same data."
    )
    assert trained(training_rows()) is None


def repeated(ratio, blocks=BLOCKS):
    """Recursion takes ratio(block) times as long as the kept list, whose own time drifts from block to block."""
    rows = []
    for block in blocks:
        rows += [("iterative", "deferred", block, FALLING, float(block)), ("recursive", "deferred", block, FALLING, block * ratio(block))]
    return rows


def test_a_ratio_is_the_median_over_blocks_with_its_interval():
    ratios = [1 + block / 1000 for block in BLOCKS]
    kept, recursive = training_results(training_rows(*repeated(lambda block: ratios[block - 1])))
    _, low, high = median_interval([math.log(ratio) for ratio in ratios], 0.05)
    assert kept.cpu is None
    assert kept.blocks == recursive.blocks == 20
    assert recursive.cpu.ratio == pytest.approx(math.sqrt(1.010 * 1.011))
    assert (recursive.cpu.low, recursive.cpu.high) == pytest.approx((math.exp(low), math.exp(high)))
    assert recursive.wall.ratio == pytest.approx(recursive.cpu.ratio)
    assert (recursive.peak.ratio, recursive.peak.verdict) == (1, "same")


def test_intervals_hold_together_over_all_that_is_compared():
    rows = repeated(lambda block: 1 + block / 1000)
    more = [("control", "deferred", block, FALLING, float(block)) for block in BLOCKS]
    digits = training_rows(*rows, *more, dataset="digits")
    alone = training_results(training_rows(*rows))[1].cpu
    together = training_results(type(digits)(digits.to_dict("records") + training_rows(*rows).to_dict("records")))
    [among_three] = [result.cpu for result in together if result.dataset == "iris" and result.impl == "recursive"]
    expected = median_interval([math.log(1 + block / 1000) for block in BLOCKS], 0.05 / 3)
    assert (among_three.low, among_three.high) == pytest.approx(tuple(map(math.exp, expected[1:])))
    assert among_three.low < alone.low < alone.high < among_three.high


def test_a_training_without_the_baselines_beside_it_is_no_observation():
    rows = [*repeated(lambda block: 1.5, range(1, 10)), ("recursive", "deferred", 10, FALLING, 99.0)]
    recursive = training_results(training_rows(*rows))[1]
    assert recursive.blocks == 10
    assert (recursive.cpu.ratio, recursive.cpu.low) == (pytest.approx(1.5), pytest.approx(1.5))


@pytest.mark.parametrize("ratio", [1.5, 1.0])
def test_a_clear_verdict_and_a_narrow_interval_are_settled(ratio):
    control = [("control", "deferred", block, FALLING, float(block)) for block in BLOCKS]
    results = training_results(training_rows(*repeated(lambda block: ratio), *control))
    assert settled_comparisons(results, ["iris"], 0.01) == [True], "the control is not for deciding"
    assert settled_comparisons(results, ["digits"], 0.01) == []


def test_a_wide_interval_and_too_few_blocks_are_not_settled():
    wide = training_results(training_rows(*repeated(lambda block: 1 + (block % 5 - 2) / 20)))
    few = training_results(training_rows(*repeated(lambda block: 1.5, range(1, 6))))
    assert settled_comparisons(wide, ["iris"], 0.01) == settled_comparisons(few, ["iris"], 0.01) == [False]


def test_what_a_training_costs_is_told_with_an_interval_or_not_at_all():
    slower = answers(*repeated(lambda block: 1.5))[COST]
    assert slower.text.startswith("Yes, in 1 of 1 comparison of CPU time.")
    assert NOTEBOOK in slower.text
    assert slower.items[0] == "recursion (deferred), on iris: 1.500 [1.500, 1.500], slower"
    assert answers(*repeated(lambda block: 1.0))[COST].text.startswith("No, not for certain in any of 1 comparison")
    few = trained(training_rows(*repeated(lambda block: 1.234, range(1, 6))))
    assert {answer.question: answer.text for answer in training_answers(few)}[COST] == TOO_FEW
    assert cost_words(few.results[1].cpu) == "too few trainings"
    assert "1.234" not in str(training_section(few))
    assert [picture.name for picture in training_pictures(few)] == ["training_curves"]


def test_what_was_learned_says_whether_it_had_converged():
    flat = [0.5, *[0.2] * 11]
    done = answers(("iterative", "deferred", 1, flat, 1.0), ("recursive", "deferred", 1, flat, 1.0))[LEARNED].text
    assert done.startswith("80.0 % on iris.")
    assert "12 on iris. In the last ten of them, the held-out loss fell by less than 1 %." in done
    assert "On iris it was still learning then." in answers(("iterative", "deferred", 1, FALLING, 1.0))[LEARNED].text


def test_rows_of_an_earlier_version_say_who_learns_the_same_and_nothing_more():
    new = ["held_out_loss", "held_out_accuracy", "epochs", "run", "machine", "depth", "peak_bytes", "recursion_limit"]
    rows = training_rows(("iterative", "deferred", 1, FALLING, 1.0), ("recursive", "fused", 1, FALLING, 1.0))
    facts = trained(rows.assign(**dict.fromkeys(new)).astype(rows.dtypes))
    texts = {answer.question: answer.text for answer in training_answers(facts)}
    assert texts[SAME].startswith("Yes, to the last bit")
    assert texts.keys() == {SAME, COST}
    assert texts[COST] == TOO_FEW
    [table] = training_section(facts)["tables"]
    assert table.heading == "iris, 3 epochs"
    assert table.rows[1][:7] == ("recursion", "fused", "1", "", "0.400000", "the same bits", "too few trainings")


def test_the_deep_network_is_told_with_its_limit():
    deep = [(impl, "fused", 1, FALLING, 1.0) for impl in ("iterative_pop", "recursive")]
    text = answers(*deep, depth=152)[DEEP].text
    assert text.startswith("Yes: 3 epochs on iris, at the limit of 1\u00a0000 calls. The loss fell from 1.000 to 0.400,")
    assert "Every loss is that of the popped list, to the last bit." in text
    assert DEEP not in answers(*deep, depth=4)


def test_a_training_that_failed_is_named_with_its_reason():
    rows = training_rows(("iterative", "deferred", 1, FALLING, 1.0), ("mine", "fused", 1, [math.nan], 1.0))
    rows.loc[rows["impl"] == "mine", ["epoch", "loss", "held_out_loss", "cpu_s", "wall_s"]] = None
    rows.loc[rows["impl"] == "mine", ["status", "detail"]] = ["segfault", "segmentation fault"]
    facts = trained(rows)
    assert [result.impl for result in facts.results] == ["iterative"]
    assert training_section(facts)["notes"][-1] == "Left out: mine, fused, on iris: segfault: segmentation fault"


def test_the_figures_can_be_drawn_of_any_number_of_contenders(tmp_path):
    rows = [*repeated(lambda block: 1.01), *(("costs $5", "fused", block, FALLING, 1.0) for block in BLOCKS)]
    pictures = training_pictures(trained(training_rows(*rows, dataset="my $data$.csv")))
    assert [picture.save(tmp_path).name for picture in pictures] == ["training_curves.svg", "training_ratios.svg"]
