"""A picture: one figure with what a reader is told of it, in the style of the house, as a file or inside a page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.plan.contenders import rank, title
from bench.plan.described import ANY, Words
from bench.record.files.disk import write_whole
from bench.show.at_once import at_once

INK, SOFT, FAINT, LINE, PAPER = "#1c2128", "#5b6470", "#eef1f4", "#e4e7eb", "#ffffff"
BAND = "#dde2e8"
# what becomes of each where the page is dark
DARK = {INK: "#e6ebf1", SOFT: "#a3afbb", "#8a8f98": "#7d8894", FAINT: "#222b35", BAND: "#38434f", LINE: "#2b343e", PAPER: "#12171e"}
STYLE: Any = {
    "svg.hashsalt": "unwind",  # the same data give the same file
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # where a title would be anyhow; without it, each drawing measures all ticks to see whether one is there
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a8f98",
    "axes.labelcolor": INK,
    "axes.facecolor": PAPER,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "hatch.linewidth": 0.7,
    "figure.facecolor": PAPER,
}
NARROW_IN = 3.6  # as wide as a phone's screen, so that words have their size there
LARGER = 1.25  # times its own size: as wide as a picture may be shown in a page
SVG_DPI = 72  # of every SVG that matplotlib writes
# Okabe & Ito's colours, which people who see few colours can tell apart, and two of Tol's
COLOURS = ("#0072b2", "#e69f00", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#f0e442", "#882255", "#999933")


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes:
        name: of its file.
        heading: above it.
        caption: how to read it.
        draw: draws it.
        draw_narrow: draws it for a narrow screen, if that differs.
        in_report: is it in the report, or among the plots alone?

    """

    name: str
    heading: str
    caption: str
    draw: Callable[[], Figure]
    draw_narrow: Callable[[], Figure] | None = None
    in_report: bool = True

    def save(self, folder: Path) -> Path:
        """Write it into the folder as SVG and PNG; return the SVG's path."""
        path = folder / f"{self.name}.svg"
        with mpl.rc_context(STYLE):
            figure = self.draw()
            write_whole(path, _bytes(figure, format="svg", metadata={"Date": None}))
            write_whole(path.with_suffix(".png"), _bytes(figure, format="png", dpi=150))
        return path


@dataclass(frozen=True)
class Shown:
    """A picture as a page holds it: SVGs inside addresses, so that pictures cannot get into each other's way.

    `narrow` is for a narrow screen; empty if that shows the same picture. `width_rem` is how wide it may be shown, in letters of
    the page: a figure of few panels would have huge words if it were as wide as one of many.
    """

    name: str
    heading: str
    caption: str
    source: str
    narrow: str
    width_rem: float


@contextmanager
def being_drawn(groups: Sequence[Sequence[Picture]]) -> Iterator[list[Callable[[], list[Shown]]]]:
    """For each group of pictures a function that waits until they are drawn, as many at once as there are processors."""
    draws = [draw for group in groups for picture in group for draw in (picture.draw, picture.draw_narrow)]
    with at_once(_svg, draws) as svgs:
        pairs = zip(svgs[::2], svgs[1::2], strict=True)
        yield [partial(_shown, [(picture, *next(pairs)) for picture in group]) for group in groups]


def _shown(drawn: Iterable[tuple[Picture, Callable[[], str], Callable[[], str]]]) -> list[Shown]:
    """Pictures, each with its wide SVG and its narrow one, as a page holds them."""
    svgs = [(picture, wide(), narrow()) for picture, wide, narrow in drawn]
    return [
        Shown(picture.name, picture.heading, picture.caption, _address(wide), _address(narrow), round(LARGER * _width_rem(wide), 1))
        for picture, wide, narrow in svgs
    ]


def shown(pictures: Iterable[Picture]) -> list[Shown]:
    """The pictures drawn."""
    with being_drawn([[*pictures]]) as [drawn]:
        return drawn()


@dataclass(frozen=True)
class Plot:
    """An entry of a figure file's table: a picture that can be drawn of some facts, if they have what it needs.

    Attributes:
        name: of the files.
        heading: the question that it answers.
        caption: how to read it.
        draw: from the facts to the figure.
        needs: can it be drawn of the facts?
        narrow: from the facts to the figure for a screen of 375 pixels, which is drawn in its own size there: about 4 inches wide.

    """

    name: str
    heading: str
    caption: str
    draw: Callable[[Any], Figure]
    needs: Callable[[Any], bool] = lambda facts: bool(facts)
    narrow: Callable[[Any], Figure] | None = None


def pictures_of(plots: Iterable[Plot], facts: Any, words: Words = ANY) -> list[Picture]:
    """The pictures that the facts have data for; headings and captions have gaps for the words of a problem."""
    return [
        Picture(
            plot.name,
            words.fill(plot.heading),
            words.fill(plot.caption),
            partial(plot.draw, facts),
            partial(plot.narrow, facts) if plot.narrow else None,
        )
        for plot in plots
        if plot.needs(facts)
    ]


def grid(count: int, columns: int, height: float, narrow: bool, **shared: Any) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, row by row; on a narrow screen one below the other.

    `height` is that of a row, in inches.
    """
    columns = 1 if narrow else columns
    rows = -(-count // columns)
    width = NARROW_IN if narrow else max(4.6 * columns, 6.0)
    figure = Figure(figsize=(width, height * rows + 0.6), layout="constrained")
    return figure, [*figure.subplots(rows, columns, squeeze=False, **shared).flat]


def lay_out(figure: Figure) -> None:
    """Give everything its place, once: matplotlib would measure all of it again for each file, and whenever a place is asked for."""
    if layout := figure.get_layout_engine():
        figure.dpi = SVG_DPI
        for axis in [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) if not axis.label.get_text()]:
            axis.set_label_coords(0, 0)  # else matplotlib measures all ticks to find the place of a label that is not there
        layout.execute(figure)
        figure.set_layout_engine(None)


def label(name: str) -> str:
    """A contender's title, as `literal` text."""
    return literal(title(name))


def literal(text: str) -> str:
    """Text in which a dollar is a dollar and begins no formula."""
    return text.replace("$", r"\$")


def colour(name: str) -> str:
    """An implementation's colour, the same in every figure."""
    return COLOURS[rank(name) % len(COLOURS)]


def save_all(pictures: Iterable[Picture], folder: Path) -> list[Path]:
    """Write them all; return the SVGs' paths."""
    return [picture.save(folder) for picture in pictures]


def _svg(draw: Callable[[], Figure] | None) -> str:
    """What is drawn, which turns dark with the page; empty where nothing is."""
    if draw is None:
        return ""
    with mpl.rc_context(STYLE):
        picture = _bytes(draw(), format="svg", metadata={"Date": None}).decode()
    return picture.replace("<defs>", f"<style>{_night()}</style>\n <defs>", 1)


def _address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode() if svg else ""


def _width_rem(svg: str) -> float:
    """How wide a picture is by itself, in letters of 16 pixels or 12 points; an unlimited number if it does not say."""
    width = re.search(r'<svg[^>]* width="([\d.]+)(pt|px)?"', svg)
    return float(width[1]) / (12 if width[2] == "pt" else 16) if width else 100.0


def _night() -> str:
    """Rules that change the greys of the style where a reader prefers a dark page: paper becomes dark and ink light."""
    rules = (f'[style*="{what}: {light}"]{{{what}:{dark}!important}}' for light, dark in DARK.items() for what in ("fill", "stroke"))
    return f"@media (prefers-color-scheme: dark) {{{''.join(rules)}}}"


def _bytes(figure: Figure, **settings: Any) -> bytes:
    """The figure as a file."""
    lay_out(figure)
    picture = io.BytesIO()
    figure.savefig(picture, **settings)
    return picture.getvalue()
