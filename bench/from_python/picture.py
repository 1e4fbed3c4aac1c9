"""The figure of a result: each function's time over the baseline's, by depth, with its interval and the band of no difference."""

from __future__ import annotations

import io

import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.analyse.ratios import SAME

MARKS = "osD^vPX"


def ratio_picture(table: pd.DataFrame, baseline: str) -> str:
    """The figure as SVG; nothing if no ratio is known."""
    known = table[table["ratio"].notna() & (table["low"].fillna(0) > 0)]
    if known.empty:
        return ""
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    FigureCanvasSVG(figure)
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
    text = io.StringIO()
    figure.savefig(text, format="svg")
    return text.getvalue()[text.getvalue().index("<svg") :]
