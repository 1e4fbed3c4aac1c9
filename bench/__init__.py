"""What compares: plan, measure, record, analyse, show; imports point from right to left. `from bench import versus` is for notebooks."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Load `versus` and what it needs when somebody asks for it, since workers and `unwind --help` do not."""
    if name == "versus":
        from bench.from_python.versus import versus

        return versus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
