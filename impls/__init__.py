"""The registry: every implementation by name, in the order that figures and tables show them."""

from impls.checkpoint_loop import checkpoint_loop
from impls.checkpoint_recursion import checkpoint_recursion
from impls.closures import closures
from impls.compiled import compiled_loop, compiled_recursion
from impls.frameworks import autograd, jax, torch
from impls.generators import generators
from impls.interface import Implementation
from impls.iterative import iterative
from impls.iterative_pop import iterative_pop
from impls.on_disk import on_disk, on_disk_cold
from impls.originals.course import course
from impls.originals.forum import forum
from impls.pairs import LOOK_FOR, PAIRS, Pair
from impls.problem import Problem, Solution
from impls.recursive import recursive
from impls.workspace import workspace_loop, workspace_recursion

IMPLEMENTATIONS: "dict[str, Implementation]" = {
    implementation.name: implementation
    for implementation in (
        iterative,
        iterative_pop,
        recursive,
        closures,
        generators,
        checkpoint_loop,
        checkpoint_recursion,
        workspace_loop,
        workspace_recursion,
        on_disk,
        on_disk_cold,
        course,
        forum,
        compiled_loop,
        compiled_recursion,
        torch,
        jax,
        autograd,
    )
}

__all__ = ["IMPLEMENTATIONS", "LOOK_FOR", "PAIRS", "Implementation", "Pair", "Problem", "Solution"]
