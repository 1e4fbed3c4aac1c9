"""Clarity's figures are those that one counts by hand."""

import math

import pytest

from bench.analyse.clarity import clarity
from bench.tests.fixtures import countable
from impls import IMPLEMENTATIONS


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
