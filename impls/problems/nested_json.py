"""Nested JSON: every value in a document that `json.loads` gave, where recursion goes as deep as the sender has nested it.

What a reader learns: depth may be decided by whoever sends the data. A document of some kilobytes is deep enough to stop a
recursion, and a limit that is raised for it leaves the next depth to the next sender. A loop takes what comes. The generator that is
written for this most often, with `yield from`, hands every value up through all levels above it.
"""

from __future__ import annotations

from impls.problem import Problem, Solution
from impls.problems.trampoline import trampoline


def setup(depth, width, rng):
    """Lists and objects nested `depth` levels deep, with `width` numbers and texts in each, beside the next level or a last null.

    It is built from the inside out, since `json.loads` calls itself for each level.
    """
    document = None
    rows = rng.integers(1000, size=(depth, width)).tolist()
    places = rng.integers(width + 1, size=depth).tolist()
    kinds = rng.choice(["list", "object"], size=depth).tolist()
    for numbers, place, kind in zip(rows, places, kinds):
        items = [number if number % 2 else str(number) for number in numbers]
        items.insert(place, document)
        document = items if kind == "list" else {f"key {k}": item for k, item in enumerate(items)}
    return document


def iterative(document):
    """The parts ahead are in a list, the next one last."""
    values, ahead = [], [document]
    while ahead:
        part = ahead.pop()
        if isinstance(part, dict):
            ahead += reversed(part.values())
        elif isinstance(part, list):
            ahead += part[::-1]
        else:
            values.append(part)
    return values


def recursive(document):
    """Each part collects the values of its items, and waits for them."""
    values = []
    collect(document, values)
    return values


def collect(part, values):
    """Append every value in the part."""
    if isinstance(part, dict):
        for item in part.values():
            collect(item, values)
    elif isinstance(part, list):
        for item in part:
            collect(item, values)
    else:
        values.append(part)


def generators(document):
    """The recursion in steps: the calls that wait are in a list."""
    values = []
    trampoline(collect_in_steps(document, values))
    return values


def collect_in_steps(part, values):
    """The recursion, with a `yield` where it calls itself."""
    if isinstance(part, dict):
        for item in part.values():
            yield collect_in_steps(item, values)
    elif isinstance(part, list):
        for item in part:
            yield collect_in_steps(item, values)
    else:
        values.append(part)


def yield_from(document):
    """One generator inside another: each hands on every value of its items."""
    return list(values_of(document))


def values_of(part):
    """Yield every value in the part."""
    if isinstance(part, dict):
        for item in part.values():
            yield from values_of(item)
    elif isinstance(part, list):
        for item in part:
            yield from values_of(item)
    else:
        yield part


problem = Problem(
    "nested_json",
    setup,
    [
        Solution(iterative, title="loop"),
        Solution(recursive, title="recursion"),
        Solution(generators, title="generators"),
        Solution(yield_from, title="yield from"),
    ],
    title="nested JSON",
    depth=(16, 64, 256),
    width=(4,),
    deepest=10_000,
    level="level",
)
