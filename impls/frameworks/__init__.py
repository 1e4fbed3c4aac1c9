"""The frameworks, used as their documentation shows: an independent check of the gradients, and a comparison of times."""

from impls.interface import Implementation, Library
from impls.lazy import lazily

EXTRA = "frameworks"


def over_library(library, title, cache, module, steps):
    """An implementation with the library's name, whose code is in the module; steps: update -> the name of a function there."""
    return Implementation(
        library.name,
        title,
        cache,
        "other",
        lazily(module, "backprop"),
        exact=False,
        steps={update: lazily(module, step) for update, step in steps.items()},
        prepare=lazily(module, "prepare"),
        library=library,
        moves=True,
    )


torch = over_library(
    Library("torch", EXTRA),
    "PyTorch",
    "the graph that PyTorch records, eagerly",
    "impls.frameworks.torch_tape",
    {"deferred": "step", "fused": "fused_step"},
)
jax = over_library(
    Library("jax", EXTRA),
    "JAX scan",
    "the arrays that JAX's scan stacks, compiled",
    "impls.frameworks.jax_scan",
    {"deferred": "step", "fused": "step"},
)
autograd = over_library(
    Library("autograd", EXTRA, allocates=False),  # its arrays are NumPy's
    "HIPS autograd",
    "the tape that HIPS autograd records",
    "impls.frameworks.autograd_tape",
    {},
)
