"""Every tool is judged by its own rule, on readings whose answers are known."""

import math

import pytest
from pyperf._utils import is_significant
from scipy.stats import norm

from bench.analyse.selfcheck.tools import ToolRun, by_bests, by_pyperf, by_unwind, by_z_test, judge, judgements, seconds_to


def singles(*values):
    return [(value,) for value in values]


def test_the_z_test_is_that_of_a_textbook():
    # means 2 and 3, variances 1 and 1, three of each: z = 1 / sqrt(2 / 3) = 1.2247
    said = by_z_test(singles(1, 2, 3), singles(2, 3, 4))
    assert not said.different
    assert said.half_width == pytest.approx(norm.ppf(0.975) * math.sqrt(2 / 3) / 2, rel=1e-3)
    # the same gap with twelve of each: z = 1 / sqrt(2 * (8 / 11) / 12) = 2.87
    said = by_z_test(singles(*[1, 2, 3] * 4), singles(*[2, 3, 4] * 4))
    assert (said.different, said.sign) == (True, 1)
    assert by_z_test(singles(*[2, 3, 4] * 4), singles(*[1, 2, 3] * 4)).sign == -1


def test_one_reading_decides_nothing():
    assert not by_z_test(singles(1), singles(5)).different


def test_pyperf_is_asked_itself_over_the_values_of_all_processes():
    first, other = [(1.0, 1.1, 1.2), (1.0, 1.3, 1.1)], [(1.3, 1.2, 1.4), (1.3, 1.5, 1.2)]
    expected, _ = is_significant([v for unit in first for v in unit], [v for unit in other for v in unit])
    assert expected
    assert by_pyperf(first, other).different
    assert not by_pyperf(first, first).different


def test_bests_differ_by_more_than_one_per_cent_or_not():
    assert not by_bests(singles(1.0, 9.0), singles(1.009, 1.5)).different
    said = by_bests(singles(1.0, 9.0), singles(5.0, 1.011))
    assert (said.different, said.sign, said.half_width) == (True, 1, None)


def test_unwind_needs_eight_passes_and_remembers_what_it_has_said():
    zeros = singles(*[0.0] * 20)
    slower = singles(*[0.01, 0.03] * 10)
    assert not by_unwind(zeros[:7], slower[:7]).different
    assert by_unwind(zeros[:7], slower[:7]).half_width is None
    said = by_unwind(zeros[:8], slower[:8])
    assert (said.different, said.sign) == (True, 1)
    assert said.half_width == pytest.approx((math.exp(0.03) - math.exp(0.01)) / 2)
    # a row that left 1 out after eight passes raised its alarm, whatever came later
    later = singles(*[0.01] * 8, *[-0.01, 0.01] * 6)
    assert by_unwind(zeros, later).different


def run(first, again, more, rule=by_bests, unit_s=1.0):
    return ToolRun("tool", singles(*first), singles(*again), singles(*more), unit_s, rule)


def test_blocks_are_counted_one_by_one():
    # ten units of 1 s; 2.5 s buy two: five blocks. Bests of "again" are off in the second block, those of "more" in all but the first
    first = [1.0] * 10
    again = [1.0, 1.0, 1.2, 1.3, 1.0, 9.0, 1.0, 1.0, 1.0, 1.0]
    more = [1.0, 1.2] + [1.02] * 8
    found = judge(run(first, again, more), 2.5)
    assert (found.blocks, found.false_alarms, found.detections, found.half_width) == (5, 1, 4, None)
    assert found.chance == pytest.approx(1 - 0.95**5)


def test_faster_is_no_detection():
    assert judge(run([1.0] * 5, [1.0] * 5, [0.9] * 5), 1).detections == 0


def test_times_that_leave_too_few_blocks_are_not_judged():
    assert [one.seconds for one in judgements(run([1.0] * 25, [1.0] * 25, [1.0] * 25))] == [2.5, 5.0]
    assert judge(run([1.0] * 25, [1.0] * 25, [1.0] * 25, unit_s=3.0), 2.5) is None


def test_the_time_to_a_width_is_the_first_that_has_it():
    # alternating 0 and 2, n of each with variance n / (n - 1) around 1: 1.96 sqrt(2 * 2 / 2) = 2.77 for n = 2, and for n = 4
    # 1.96 sqrt(2 * (4 / 3) / 4) = 1.600; three of each have a mean of 2 / 3 or 4 / 3, and in most blocks 2.77 again
    zigzag = [0.0, 2.0] * 20
    assert seconds_to(run(zigzag, zigzag, zigzag, by_z_test, unit_s=0.5), 1.61) == 4 * 0.5
    assert seconds_to(run(zigzag, zigzag, zigzag, by_z_test), 0.001) is None
