"""The frameworks, as their users have them: independent oracles for the gradients, and the yardstick for time."""

from impls.interface import Implementation, Library
from impls.libraries import late

EXTRA = "frameworks"


def over(library, title, cache, module, steps):
    """An implementation over the library, of the same name, whose code is in the module; steps: update -> function."""
    return Implementation(
        library.name,
        title,
        cache,
        "other",
        late(module, "backprop"),
        exact=False,
        steps={update: late(module, step) for update, step in steps.items()},
        prepare=late(module, "prepare"),
        library=library,
        moves=True,
    )


torch = over(
    Library("torch", EXTRA),
    "PyTorch",
    "the graph that PyTorch records, eagerly",
    "impls.frameworks.torch_tape",
    {"deferred": "step", "fused": "fused_step"},
)
jax = over(
    Library("jax", EXTRA),
    "JAX scan",
    "the arrays that JAX's scan stacks, compiled",
    "impls.frameworks.jax_scan",
    {"deferred": "step", "fused": "step"},
)
autograd = over(
    Library("autograd", EXTRA, allocates=False),  # its arrays are NumPy's
    "HIPS autograd",
    "the tape that HIPS autograd records",
    "impls.frameworks.autograd_tape",
    {},
)
