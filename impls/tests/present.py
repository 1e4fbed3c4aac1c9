"""What the tests are about: the implementations over NumPy alone that can be run here, and those over a library, skipped with a reason
where it is missing.
"""

import pytest

from impls import IMPLEMENTATIONS
from impls.contract import example
from impls.interface import Unavailable


def available(implementation):
    """Can this machine, as it is, do what it is about?"""
    try:
        implementation.prepared(*example((3, 2, 1)))
    except Unavailable:
        return False
    return True


NUMPY_ALONE = {name: each for name, each in IMPLEMENTATIONS.items() if not each.library and available(each)}


def over_a_library(*names):
    """Implementations as parameters of a test; all that are over a library if there are no names."""
    chosen = names or [name for name, each in IMPLEMENTATIONS.items() if each.library]
    skip = [pytest.mark.skipif(bool(IMPLEMENTATIONS[name].missing), reason=IMPLEMENTATIONS[name].missing) for name in chosen]
    return [pytest.param(IMPLEMENTATIONS[name], id=name, marks=mark) for name, mark in zip(chosen, skip, strict=True)]


FRAMEWORKS, COMPILED = ("torch", "jax", "autograd"), ("compiled_loop", "compiled_recursion")
compiled_is_installed = pytest.mark.skipif(bool(IMPLEMENTATIONS[COMPILED[0]].missing), reason=IMPLEMENTATIONS[COMPILED[0]].missing)
