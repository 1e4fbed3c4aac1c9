"""The templates of the report, and how their gaps are filled."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bench.plan.contenders import title


def fill(template: str, **words: object) -> Markup:
    """A template with its gaps filled; text is escaped, whatever it holds, and a gap without a filling is an error."""
    environment = Environment(loader=PackageLoader("bench.show.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["title_of"] = title
    return Markup(environment.get_template(template).render(**words))
