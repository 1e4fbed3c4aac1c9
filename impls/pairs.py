"""Pairs: two implementations whose ratio answers a question of its own, and what to look for in two sources side by side."""

from __future__ import annotations

from dataclasses import dataclass

ABOUT = ("speed", "calls", "release")


@dataclass(frozen=True)
class Pair:
    """An implementation beside another one, a comparison worth a row of its own, whatever the baseline.

    Attributes:
        impl, baseline: their names.
        about: which question their ratio answers, if it answers one: "speed", recursion beside the loop that most would write;
            "calls", recursion beside a loop that has the same memory alive at the same moments, so that the calls are what
            differs; "release", that loop beside the first, so that the moment when memory is released is what differs.
        beside: what the second one is, for a sentence.

    """

    impl: str
    baseline: str
    about: str = ""
    beside: str = ""

    def __post_init__(self) -> None:
        if self.about and self.about not in ABOUT:
            raise ValueError(f"a pair is about {self.about!r}, not one of {', '.join(ABOUT)}")

    @property
    def names(self) -> tuple[str, str]:
        """The two."""
        return self.impl, self.baseline


PAIRS = (
    Pair("recursive", "iterative", "speed"),
    Pair("recursive", "iterative_pop", "calls", "a list that is popped and so releases its arrays just as early"),
    Pair("iterative_pop", "iterative", "release"),
    Pair("checkpoint_recursion", "checkpoint_loop"),
    Pair("workspace_recursion", "workspace_loop"),
    Pair("forum", "course"),
    Pair("compiled_recursion", "compiled_loop"),
)

# two sources, in any order -> what to look for in them
LOOK_FOR = {
    ("iterative", "iterative_pop"): "One line differs, and it is the lesson: it decides when the cache lets go of an activation. The "
    "kept list holds all of them until backward is over, the popped list lets go of each as it is used.",
    ("iterative", "recursive"): "The two loops become one function: what stands before the call is forward, what stands after it is "
    "backward. There is no list: each frame holds its own activation, and lets go of it on returning.",
    ("iterative_pop", "recursive"): "Both let go of an activation as soon as its layer is done: the list when it is popped, the call "
    "stack when a frame returns.",
    ("recursive", "closures"): "What a frame of the recursion holds, a closure holds here, and a loop calls the closures.",
    ("recursive", "generators"): "Where a frame of the recursion waits for its call, a generator waits at its yield.",
    ("iterative", "checkpoint_loop"): "The checkpointed loop keeps few activations and computes the others again.",
    ("workspace_loop", "workspace_recursion"): "Both write to the same places in one block. The loop finds an activation there by its "
    "number; a frame of the recursion holds the two of its layer.",
    ("on_disk", "on_disk_cold"): "One line differs: it writes the file out and drops it from memory, so that backward reads it "
    "from the disk.",
    ("recursive", "checkpoint_recursion"): "The checkpointed recursion splits the layers in two, and computes activations again.",
}
