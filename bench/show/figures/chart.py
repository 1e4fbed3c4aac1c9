"""The interactive chart: its specification by Altair, and the libraries that draw it, both to be part of a page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

from bench.analyse.ratios import SAME
from bench.errors import BadInput
from bench.plan.contenders import title
from bench.record.files.disk import write_whole
from bench.show.figures.pictures import colour

# The kinds of figures, each with the scale that suits it: ratios are about 1, times and peaks go over decades, page faults may be 0.
SCALES: dict[str, Any] = {"ratio": "linear", "size": "log", "count": "symlog"}
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
COUNTS: Any = {"values": [0, *(10**power for power in range(7))]}  # symlog has no ticks of its own
BUNDLE = "import sys, vl_convert; sys.stdout.reconfigure(encoding='utf-8'); sys.stdout.write(vl_convert.javascript_bundle())"


def chart_specs(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """A Vega-Lite specification for each kind of figure; the page puts the rows in.

    A row has `impl` (a title), `x` (a value of the axis, as lines of text), `order` (its place on it), `panel`, `y`, `low`, `high` and the
    words of the tooltip: `figure`, `interval`, `passes` and `place`.
    """
    return {kind: _spec(kind, scale, names) for kind, scale in SCALES.items()}


def _spec(kind: str, scale: Any, names: Sequence[str]) -> dict[str, Any]:
    import altair as alt  # takes half a second, and only the report needs it

    titles, symbols = [title(name) for name in names], [SHAPES[number % len(SHAPES)] for number in range(len(names))]
    colours = alt.Scale(domain=titles, range=[colour(name) for name in names])
    shapes = alt.Scale(domain=titles, range=symbols)
    legend = alt.Legend(orient="bottom", title=None, columns=2, labelLimit=400, symbolSize=90)
    by_impl = alt.Color("impl:N", scale=colours, legend=legend)
    # side by side, so that intervals do not hide each other
    aside = alt.XOffset("impl:N", scale=alt.Scale(domain=titles))
    lines = alt.Axis(labelAngle=0, labelOverlap=True, labelExpr=r"split(datum.label, '\n')")
    x = alt.X("x:O", sort=alt.EncodingSortField("order", op="min"), title=None, axis=lines)
    y = alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(type=scale, zero=False if kind == "ratio" else alt.Undefined),
        axis=alt.Axis(tickCount=5, **COUNTS if kind == "count" else {}),
    )
    tooltip = [
        alt.Tooltip(f"{name}:N", title=name.replace("_", " ")) for name in ("implementation", "place", "figure", "interval", "passes")
    ]
    whole = alt.Chart(alt.NamedData("shown"))
    layers = [
        whole.mark_line(strokeWidth=1.5).encode(x, y, by_impl, xOffset=aside),
        whole.mark_rule(strokeWidth=2).encode(x, alt.Y("low:Q", title=None), alt.Y2("high:Q"), by_impl, xOffset=aside),
        whole.mark_point(filled=True, size=90, opacity=1).encode(
            x, y, by_impl, alt.Shape("impl:N", scale=shapes, legend=legend), tooltip=tooltip, xOffset=aside
        ),
    ]
    if kind == "ratio":
        one = alt.Chart(alt.InlineData([{"one": 1, "less": 1 - SAME, "more": 1 + SAME}]))
        band = one.mark_rect(opacity=0.25, color="#8a8f98").encode(alt.Y("less:Q", title=None), alt.Y2("more:Q"))
        layers = [band, one.mark_rule(color="#8a8f98").encode(alt.Y("one:Q", title=None)), *layers]
    figure = alt.layer(*layers).properties(height=320)
    return figure.to_dict() | {"background": "transparent"}


def chart_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, without what would end the element of the page that it stands in.

    Made in a process of its own, since it takes two seconds and 130 MiB, and kept in the user's cache.

    Raises:
        BadInput: it cannot be made.

    """
    file = platformdirs.user_cache_path("unwind", appauthor=False) / f"vega-{version('vl-convert-python')}.js"
    return _kept(file) or _made(file)


def _kept(file: Path) -> str:
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError):
        return ""
    return text if "vegaEmbed" in text[-200:] else ""


def _made(file: Path) -> str:
    made = subprocess.run([sys.executable, "-c", BUNDLE], capture_output=True, check=False)
    if made.returncode:
        raise BadInput("the chart's scripts cannot be made; `pip install --force-reinstall vl-convert-python` may mend it")
    text = made.stdout.decode().replace("</script", "<\\/script").replace("<!--", "<\\!--")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.encode())
    except (OSError, BadInput):
        pass  # a cache that cannot be written costs the next report two seconds
    return text
