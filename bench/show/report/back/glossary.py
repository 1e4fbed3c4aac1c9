"""The glossary inside the report: the words of docs/glossary.md, of which the package carries a copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bench.plan.described import plural

# A reader knows these, and they stand everywhere: they are in the glossary and not marked in the text.
PLAIN = {"batch", "depth", "exact", "implementation", "median", "problem", "step", "width"}
ALSO = {"confidence interval": ("interval",), "steady": ("freed memory kept",), "call stack": ("stack",)}  # other names in the text


@dataclass(frozen=True)
class Term:
    """A word, where it stands, what it means, and the forms of it that the text has, in small letters."""

    word: str
    anchor: str
    meaning: str
    forms: tuple[str, ...]


@cache
def terms() -> tuple[Term, ...]:
    """Every term of the glossary, in its order."""
    text = (files("bench.show.report") / "templates" / "glossary.md").read_text("utf-8")
    entries = re.findall(r"^### (.+)\n+((?:.+\n?)+)", text, re.MULTILINE)
    return tuple(Term(word, word.replace(" ", "-"), plain(meaning), _forms(word)) for word, meaning in entries)


def glossary_section(_: object) -> dict[str, Any]:
    """The terms by their first letters."""
    return {"terms": sorted(terms(), key=lambda term: term.word.lower())}


def plain(markdown: str) -> str:
    """Markdown without its marks: links as their words, and links alone in a sentence left out.

    >>> plain("See [deferred](#deferred), `malloc` and *minor*. [Why](method.md#heap).")
    'See deferred, malloc and minor.'
    """
    text = re.sub(r"\s*\[[^\]]*\]\([^)#]+\.md[^)]*\)\.", "", markdown)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[`*]", "", text).strip()


def _forms(word: str) -> tuple[str, ...]:
    """The word and its plural, and other names that it has."""
    if word in PLAIN:
        return ()
    names = [word.lower(), *ALSO.get(word, ())]
    return tuple(form for name in names for form in dict.fromkeys((name, plural(name))))
