"""Whom the tests are about: those over NumPy alone, and those over a library, skipped with the reason where it is missing."""

import pytest

from impls import IMPLEMENTATIONS

NUMPY_ALONE = {name: one for name, one in IMPLEMENTATIONS.items() if not one.library}


def over_a_library(*names):
    """Implementations as parameters of a test; all that are over a library if there are no names."""
    chosen = names or [name for name, one in IMPLEMENTATIONS.items() if one.library]
    skip = [pytest.mark.skipif(bool(IMPLEMENTATIONS[name].missing), reason=IMPLEMENTATIONS[name].missing) for name in chosen]
    return [pytest.param(IMPLEMENTATIONS[name], id=name, marks=mark) for name, mark in zip(chosen, skip, strict=True)]
