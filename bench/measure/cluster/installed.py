"""Is Dask there? Asked without loading it."""

from __future__ import annotations

import importlib.util

from bench.errors import BadInput

MEND = "pip install 'unwind-bench[cluster]'"


def refuse_without_dask(option: str) -> None:
    """Refuse an option that needs Dask where it is not installed.

    Raises:
        BadInput: it is not.

    """
    if importlib.util.find_spec("distributed") is None:
        raise BadInput(f"{option}: needs dask.distributed, which is not installed; {MEND}")
