"""The templates of the report, and how their gaps are filled."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def fill(*templates: str, **words: object) -> Markup:
    """The first of the templates that there is, with its gaps filled; text is escaped, and a gap without a filling is an error."""
    environment = Environment(loader=PackageLoader("bench.show.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return Markup(environment.select_template(templates).render(**words))
