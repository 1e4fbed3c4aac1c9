"""The templates of the report, and how their gaps are filled."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

ISSUE = re.compile(r"python/cpython#(\d+)|gh-(\d+)")
CODE = re.compile(r"`([^`]+)`")


def fill(*templates: str, **words: object) -> Markup:
    """The first of the templates that there is, with its gaps filled; text is escaped, and a gap without a filling is an error."""
    return Markup(_environment().select_template(templates).render(**words))


@cache
def _environment() -> Environment:
    environment = Environment(loader=PackageLoader("bench.show.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["linked"] = linked
    return environment


def linked(text: str) -> Markup:
    """Text in which an issue of CPython's is a link to it, words in backquotes are code, and no line breaks before "%".

    >>> print(linked("since 3.9 (python/cpython#15545) & so on"))
    since 3.9 (<a href="https://github.com/python/cpython/issues/15545">python/cpython#15545</a>) &amp; so on
    >>> print(linked("(`unwind train` does it)"))
    (<code>unwind train</code> does it)
    """
    link = '<a href="https://github.com/python/cpython/issues/{0}">{1}</a>'
    text = CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(ISSUE.sub(lambda issue: link.format(issue[1] or issue[2], issue[0]), text).replace(" %", "\u00a0%"))


def as_json(data: Any) -> Markup:
    r"""Data as JSON inside a script element, which no text in it can end; numbers may be NumPy's.

    >>> print(as_json(["</script>"]))
    ["\u003c/script>"]
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=lambda number: number.item())
    return Markup(text.replace("<", "\\u003c"))
