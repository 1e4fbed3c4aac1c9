"""JAX's other form: every layer written out in the compiled step, where `jax` scans. An example of preparing, and a comparison.

    unwind run --only time --sweep impls/examples/frameworks.toml --with impls/examples/jax_unrolled.py --baseline workspace_recursion

shows what NumPy's implementations and the frameworks take. Unrolled, each layer's arrays are the program's own, and wide
networks gain by that; but the deeper the network, the longer it takes to compile: seconds for hundreds of layers.
"""

from impls import IMPLEMENTATIONS, Implementation

jax = IMPLEMENTATIONS["jax"]


def prepare(network, X, Y):
    """As `jax` does it, but with nothing to scan over: each layer is a run of its own."""
    from impls.frameworks.jax_scan import prepare  # here, since JAX may be missing

    return prepare(network, X, Y, lambda layers: [[l] for l in range(len(layers))])


def backprop(network, X, Y, emit):
    """As `jax` does it."""
    return jax.backprop(network, X, Y, emit)


jax_unrolled = Implementation(
    "jax_unrolled",
    "JAX unrolled",
    "wherever JAX's compiler puts it",
    "other",
    backprop,
    exact=False,
    steps=jax.steps,
    prepare=prepare,
    library=jax.library,
    moves=True,
)
