"""The registry of problems beside backpropagation: every one by name, in the order that tables show them."""

from impls.problem import Problem

PROBLEMS: "dict[str, Problem]" = {}

__all__ = ["PROBLEMS"]
