"""The pair with arrays made beforehand: a loop and a recursion that allocate nothing while they run."""

from impls.interface import Implementation
from impls.peaks import block
from impls.workspace import loop, recursion
from impls.workspace.room import prepare

workspace_loop = Implementation(
    "workspace_loop",
    "loop in a block",
    "one block, made beforehand",
    "loop",
    loop.backprop,
    block,
    steps={"fused": loop.fused},
    prepare=prepare,
)
workspace_recursion = Implementation(
    "workspace_recursion",
    "recursion in a block",
    "the call stack, as views into one block made beforehand",
    "recursion",
    recursion.backprop,
    block,
    steps={"fused": recursion.fused},
    prepare=prepare,
    cache_kind="call stack",
)
