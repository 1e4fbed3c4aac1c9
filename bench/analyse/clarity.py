"""Clarity: what the usual measures say of an implementation's source, for readers who want figures beside the source.

They count the functions of the implementation's own file, without docstrings, comments, imports and registration.
Shared arithmetic is not in it, and so the same for all.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from complexipy import code_complexity
from radon.complexity import cc_visit
from radon.metrics import h_visit, mi_visit
from radon.raw import analyze

from bench.plan.code_text import functions_source
from impls import Implementation, Solution


@dataclass(frozen=True)
class Clarity:
    """One implementation's source.

    Attributes:
        lines: of code, without blank lines, comments and docstrings.
        functions: how many there are.
        cyclomatic: independent paths, over all functions (McCabe 1976).
        cognitive: breaks in the linear flow, nested ones counted more, over all functions (Campbell 2018).
        halstead_volume: length times log2 of vocabulary, in bits (Halstead 1977), of what radon counts: operators and
            their operands, but no calls, names or statements.
        maintainability: an index from 0 to 100, more is better (Coleman et al. 1994, as radon scales it).

    """

    impl: str
    lines: int
    functions: int
    cyclomatic: int
    cognitive: int
    halstead_volume: float
    maintainability: float


def clarity(implementation: Implementation | Solution) -> Clarity:
    """Measure the functions of the file that defines `backprop`; of a problem's, its function and those that this names."""
    bare = _Bare().visit(ast.parse(functions_source(implementation)))
    lines = analyze(ast.unparse(bare)).sloc
    source = ast.unparse(_by_def(bare))
    blocks = cc_visit(source)
    return Clarity(
        implementation.name,
        lines,
        len(blocks),
        sum(block.complexity for block in blocks),
        code_complexity(source).complexity,
        h_visit(source).total.volume,
        mi_visit(source, multi=True),
    )


class _Bare(ast.NodeTransformer):
    """Code without its docstrings; unparsed, it is without comments too, which radon's index would reward."""

    def visit(self, node: ast.AST) -> ast.AST:
        """Take the docstring out of whatever may have one."""
        super().generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node


def _by_def(module: Any) -> Any:
    """The same with a `def` for a lambda that stands alone: what counts paths looks at those only."""
    for place, node in enumerate(module.body):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):
            function: Any
            [function] = ast.parse("def function():\n    return 0").body
            function.args, function.body[0].value = node.value.args, node.value.body
            module.body[place] = function
    return module
