"""As Parquet: every row of time.csv with its types, and machine.json in the file's metadata."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd

from bench.errors import BadInput


def parquet(machine: dict[str, Any], times: pd.DataFrame) -> bytes:
    """The file's content.

    Raises:
        BadInput: pyarrow is not installed.

    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise BadInput("the parquet format needs pyarrow; `pip install 'unwind-bench[export]'` brings it") from None
    words = {column: "string" for column, kind in times.dtypes.items() if kind == "category"}
    table = pyarrow.Table.from_pandas(times.astype(words), preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"machine": json.dumps(machine).encode()})
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return file.getvalue()
