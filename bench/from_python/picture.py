"""The figure of a result: each function's time over the baseline's, by depth, with its interval and the band of no difference."""

from __future__ import annotations

import io
from base64 import b64encode

import pandas as pd
from matplotlib.figure import Figure

from bench.analyse.ratios import SAME

MARKS = "osD^vPX"
PNG_DPI = 200  # twice that of a page, for screens with fine dots


def ratio_figure(table: pd.DataFrame, baseline: str) -> Figure | None:
    """The figure; None if no ratio is known."""
    known = table[table["ratio"].notna() & (table["low"].fillna(0) > 0)]
    if known.empty:
        return None
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.axhspan(1 - SAME, 1 + SAME, color="#8a8f98", alpha=0.25, label="no difference")
    depths = sorted(known["depth"].unique())
    series = [*known.groupby(["function", "width", "allocator"], sort=False, observed=True)]
    for number, ((function, width, allocator), rows) in enumerate(series):
        shift = (number - (len(series) - 1) / 2) * 0.6 / max(1, len(series))
        places = [depths.index(depth) + shift for depth in rows["depth"]]
        words = [function, f"width {width}" if known["width"].nunique() > 1 else "", allocator if known["allocator"].nunique() > 1 else ""]
        bounds = [rows["ratio"] - rows["low"], rows["high"] - rows["ratio"]]
        axes.errorbar(places, rows["ratio"], bounds, fmt=MARKS[number % len(MARKS)], capsize=3, label=", ".join(filter(None, words)))
    axes.set_xticks(range(len(depths)), [str(depth) for depth in depths])
    axes.set_xlabel("depth")
    axes.set_ylabel(f"time ÷ that of {baseline}\n(lower is better)")
    axes.legend(fontsize=8)
    return figure


def as_svg(figure: Figure) -> str:
    """As a piece of a page."""
    text = io.StringIO()
    figure.savefig(text, format="svg")
    return text.getvalue()[text.getvalue().index("<svg") :]


def as_png(figure: Figure) -> str:
    """In base64, as a notebook keeps pictures."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=PNG_DPI)
    return b64encode(picture.getvalue()).decode()
