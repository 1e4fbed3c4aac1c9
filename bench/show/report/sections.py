"""What the report's sections share: the templates, and findings in the order of their questions."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bench.analyse.findings import Finding
from bench.plan.contenders import title


def fill(template: str, **words: object) -> Markup:
    """A template with its gaps filled; text is escaped, whatever it holds, and a gap without a filling is an error."""
    environment = Environment(loader=PackageLoader("bench.show.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["title_of"] = title
    return Markup(environment.get_template(template).render(**words))


def by_question(findings: Sequence[Finding]) -> list[tuple[str, list[str]]]:
    """Each question once, with its answers."""
    asked = dict.fromkeys(one.question for one in findings)
    return [(question, list(dict.fromkeys(one.answer for one in findings if one.question == question))) for question in asked]
