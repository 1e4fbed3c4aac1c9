"""Two sources side by side: which lines of one are those of the other."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

SAME, CHANGED, LEFT, RIGHT, WORDS = "same", "changed", "left", "right", "words"
Row = tuple[int | None, int | None, str]


def aligned(left: str, right: str) -> list[Row]:
    r"""For each row of a table of both sources: the numbers of its lines, from 0, and what is to be said of them.

    Lines are the same if they differ in their indentation alone. They are "changed", or in one of the two alone; "words"
    are docstrings and blank lines, in which a difference does nothing.

    >>> aligned("a = 1\nb = 2", "if c:\n    a = 1\nb = 3")
    [(None, 0, 'right'), (0, 1, 'same'), (1, 2, 'changed')]
    """
    words = _words(left), _words(right)
    mine, other = ([line.strip() for line in text.splitlines()] for text in (left, right))
    matcher = SequenceMatcher(None, mine, other, autojunk=False)
    rows: list[Row] = []
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        for l, r in zip_longest(range(i, i_end), range(j, j_end)):
            rows.append((l, r, _kind(kind == "equal", l, r, words)))
    return rows


def changed(rows: Sequence[Row]) -> int:
    """How many rows differ in what they do."""
    return sum(kind in (CHANGED, LEFT, RIGHT) for *_, kind in rows)


def _kind(equal: bool, left: int | None, right: int | None, words: tuple[set[int], set[int]]) -> str:
    if equal:
        return SAME
    if all(line is None or line in known for line, known in zip((left, right), words, strict=True)):
        return WORDS
    return CHANGED if left is not None and right is not None else LEFT if right is None else RIGHT


def _words(source: str) -> set[int]:
    """The numbers of the lines that are docstrings or blank."""
    blank = {number for number, line in enumerate(source.splitlines()) if not line.strip()}
    documented = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
    ]
    return blank | {line for node in documented for line in range(node.body[0].lineno - 1, node.body[0].end_lineno or 0)}
