"""The compiled pair: the loop and the recursion in machine code, which show what recursion costs without an interpreter."""

from impls.interface import Implementation, Library
from impls.lazy import lazily


def compiled(name, module, title, cache, control_flow):
    """The implementation whose code is in that module."""
    return Implementation(
        name,
        title,
        cache,
        control_flow,
        lazily(module, "backprop"),
        exact=False,
        steps={"deferred": lazily(module, "step"), "fused": lazily(module, "fused_step")},
        prepare=lazily(module, "prepare"),
        library=Library("numba", "compiled", needs=("scipy",)),  # whose BLAS Numba calls
    )


compiled_loop = compiled("compiled_loop", "impls.compiled.loop", "compiled loop", "one array for all layers; compiled by Numba", "loop")
compiled_recursion = compiled(
    "compiled_recursion", "impls.compiled.recursion", "compiled recursion", "the hardware's call stack; compiled by Numba", "recursion"
)
