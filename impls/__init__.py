"""The registry: every implementation by name, in the order that figures and tables show them."""

from impls.interface import Implementation
from impls.iterative import iterative
from impls.iterative_pop import iterative_pop
from impls.recursive import recursive

IMPLEMENTATIONS: "dict[str, Implementation]" = {
    implementation.name: implementation
    for implementation in (
        iterative,
        iterative_pop,
        recursive,
    )
}

# Comparisons worth a row of their own beside those against the baseline: (implementation, baseline).
PAIRS = (("recursive", "iterative_pop"),)

__all__ = ["IMPLEMENTATIONS", "PAIRS", "Implementation"]
