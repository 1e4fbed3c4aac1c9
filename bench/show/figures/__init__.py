"""Figures: each draws one kind of fact, as SVG and PNG.

They are drawn by matplotlib's own writers of SVG and PNG, and not by the backend that MPLBACKEND names. matplotlib cannot be
imported where that is not there, such as a notebook's (`module://matplotlib_inline.backend_inline`) outside of the notebook.
"""

import os
from contextlib import suppress


def _import_matplotlib() -> None:
    """Import it without MPLBACKEND, and then choose what that says, if it is there, for whoever shares this process."""
    chosen = os.environ.pop("MPLBACKEND", None)
    import matplotlib as mpl

    if chosen is not None:
        os.environ["MPLBACKEND"] = chosen
        with suppress(ValueError):
            mpl.rcParams["backend"] = chosen


_import_matplotlib()
