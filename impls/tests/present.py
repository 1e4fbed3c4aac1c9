"""What the tests are about: the implementations over NumPy alone, and those over a library, skipped with a reason where it is missing."""

import pytest

from impls import IMPLEMENTATIONS

NUMPY_ALONE = {name: implementation for name, implementation in IMPLEMENTATIONS.items() if not implementation.library}


def over_a_library(*names):
    """Implementations as parameters of a test; all that are over a library if there are no names."""
    chosen = names or [name for name in IMPLEMENTATIONS if name not in NUMPY_ALONE]
    skip = [pytest.mark.skipif(bool(IMPLEMENTATIONS[name].missing), reason=IMPLEMENTATIONS[name].missing) for name in chosen]
    return [pytest.param(IMPLEMENTATIONS[name], id=name, marks=mark) for name, mark in zip(chosen, skip, strict=True)]
