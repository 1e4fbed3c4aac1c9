"""The registry of problems beside backpropagation: every one by name, in the order that tables show them.

Each file has a problem: what a reader learns from it, `setup`, and the same work as a loop, by recursion and by generators.
"""

from impls.problem import Problem
from impls.problems import flood_fill, hanoi, linked_list, merge_sort, nested_json, tree_sum

PROBLEMS: "dict[str, Problem]" = {
    problem.name: problem
    for problem in (
        linked_list.problem,
        tree_sum.problem,
        flood_fill.problem,
        merge_sort.problem,
        nested_json.problem,
        hanoi.problem,
    )
}

__all__ = ["PROBLEMS"]
