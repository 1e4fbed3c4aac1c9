"""A figure that moves by itself: an SVG whose elements come and go by rules of CSS, and stand still for those who ask for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import IO, Any, NamedTuple

import vl_convert

MOMENT_S, LAST_S = 0.33, 2.2  # seconds that a scene stays, and the last one
FADE_S = 0.08
PNG_SCALE = 2

Moments = tuple[int, ...]


class Element(NamedTuple):
    """An element of SVG, and what it is painted over: all those with a smaller number."""

    over: int
    svg: str


@dataclass(frozen=True)
class AnimatedFigure:
    """An SVG with its movement, and one that stands still. It is saved as matplotlib's figures are; a PNG stands still."""

    svg: str
    still: str

    def get_layout_engine(self) -> None:
        """None: everything is in its place already."""
        return

    def savefig(self, file: IO[bytes], format: str, **settings: Any) -> None:
        """Write it as "svg" or "png"."""
        file.write(self.svg.encode() if format == "svg" else vl_convert.svg_to_png(self.still, scale=PNG_SCALE))


def animated(
    size: tuple[float, float], title: str, looks: str, scenes: Sequence[Iterable[Element]], still: int, moment_s: float = MOMENT_S
) -> AnimatedFigure:
    """The scenes one after the other, each for a moment, again and again; `still` is the one that stands where nothing may move.

    Every element is there once, with the scenes in which it is seen; those that come and go together share a rule.
    """
    seen: dict[Element, list[int]] = {}
    for moment, scene in enumerate(scenes):
        for element in dict.fromkeys(scene):
            seen.setdefault(element, []).append(moment)
    together: dict[tuple[int, Moments], list[str]] = {}
    for element, moments in seen.items():
        together.setdefault((element.over, tuple(moments)), []).append(element.svg)
    names = {moments: f"k{n}" for n, moments in enumerate(dict.fromkeys(moments for _, moments in together)) if len(moments) < len(scenes)}
    ordered = sorted(together.items(), key=_over)
    groups = (_group("".join(svg), names.get(moments, ""), still in moments) for (_, moments), svg in ordered)
    standing = (_group("".join(svg), "", True) for (_, moments), svg in ordered if still in moments)
    return AnimatedFigure(_svg(size, title, looks + _rules(names, len(scenes), moment_s), groups), _svg(size, title, looks, standing))


def _svg(size: tuple[float, float], title: str, style: str, groups: Iterable[str]) -> str:
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img">'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n{''.join(groups)}</svg>\n"
    )


def _over(entry: tuple[tuple[int, Moments], list[str]]) -> int:
    return entry[0][0]


def _group(svg: str, name: str, in_still: bool) -> str:
    """Elements that come and go together; without a name they stay."""
    if not name:
        return f"<g>{svg}</g>\n"
    return f'<g class="k {name}"{"" if in_still else OUT}>{svg}</g>\n'


OUT = ' opacity="0"'


def _rules(names: dict[Moments, str], count: int, moment_s: float) -> str:
    whole_s = (count - 1) * moment_s + LAST_S
    frames = "".join(
        f"@keyframes {name} {{ {_keyframes(moments, count, moment_s)} }} .{name} {{ animation-name: {name} }}\n"
        for moments, name in names.items()
    )
    return f"@media (prefers-reduced-motion: no-preference) {{ .k {{ animation: {whole_s:g}s linear infinite }}\n{frames}}}\n"


def _keyframes(moments: Moments, count: int, moment_s: float) -> str:
    """When elements come and when they go, in hundredths of the whole."""
    whole_s = (count - 1) * moment_s + LAST_S
    at_s = {0.0: int(moments[0] == 0), whole_s: int(moments[-1] == count - 1)}
    for first, stop in _runs(moments):
        if first:
            at_s |= {first * moment_s: 0, first * moment_s + FADE_S: 1}
        if stop < count:
            at_s |= {stop * moment_s: 1, stop * moment_s + FADE_S: 0}
    return " ".join(f"{100 * second / whole_s:.2f}% {{ opacity: {value} }}" for second, value in sorted(at_s.items()))


def _runs(moments: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Moments that follow each other, as the first and the one after the last.

    >>> [*_runs((0, 1, 2, 5, 6))]
    [(0, 3), (5, 7)]
    """
    for _, run in groupby(enumerate(moments), lambda pair: pair[1] - pair[0]):
        together = [moment for _, moment in run]
        yield together[0], together[-1] + 1
