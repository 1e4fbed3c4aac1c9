"""Clarity's figures are those that one counts by hand."""

import math

import pytest

from bench.analyse.clarity import Clarity, clarity
from bench.plan.code_text import functions_source
from bench.tests.fixtures import countable
from impls import IMPLEMENTATIONS, Solution

longest = Solution(lambda left, right: left if _length(left) > _length(right) else right, name="longest")
either, other = Solution(lambda a: a or 1, name="either"), Solution(lambda b: b, name="other")


def _length(values):
    return len(values)


def test_a_source_counted_by_hand():
    found = clarity(countable.countable)
    # a def, a for, an if, a call and a return; a def, and a return
    assert (found.lines, found.functions) == (7, 2)
    # one path, and one more for each of for and if; and one path
    assert found.cyclomatic == 4
    # for is 1; if inside it 2
    assert found.cognitive == 3
    # one operator, >, with operands l and 0; one operator, -, with operand total: by radon's reading N = 5, n = 5
    assert found.halstead_volume == pytest.approx(5 * math.log2(5))


def test_registered_sources_have_figures():
    for implementation in IMPLEMENTATIONS.values():
        found = clarity(implementation)
        assert found.lines >= found.functions >= 1
        assert 0 < found.maintainability <= 100


def test_a_lambda_is_counted_by_hand_with_the_functions_that_it_names():
    assert functions_source(longest) == (
        "lambda left, right: left if _length(left) > _length(right) else right\n\n\ndef _length(values):\n    return len(values)"
    )
    assert clarity(longest) == Clarity("longest", 3, 2, 1 + 2, 1, clarity(longest).halstead_volume, clarity(longest).maintainability)


def test_of_two_lambdas_on_a_line_each_has_its_own_text():
    assert [functions_source(each) for each in (either, other)] == ["lambda a: a or 1", "lambda b: b"]
    assert [(each.lines, each.functions, each.cyclomatic) for each in map(clarity, (either, other))] == [(1, 1, 2), (1, 1, 1)]


def test_a_function_within_another_is_itself_with_the_neighbours_that_it_names():
    def half(values):
        return _length(values) // 2

    def unnamed(values):
        return values

    def halves(values):
        return half(values), half(values)

    assert unnamed(halves([1, 2])) == (1, 1)
    found = functions_source(Solution(halves))
    assert [line for line in found.splitlines() if line.startswith("def ")] == [
        "def _length(values):",
        "def half(values):",
        "def halves(values):",
    ]
    assert (clarity(Solution(halves)).lines, clarity(Solution(halves)).functions) == (6, 3)
