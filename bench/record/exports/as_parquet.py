"""As Parquet: every row of time.csv and its parts with its types, and machine.json in the file's metadata."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow

from bench.record.schemas import SCHEMAS
from bench.record.time_parts.part import parquet_module
from bench.record.time_parts.rows import TimeRows

# words are themselves: other tools need not know what a category is
KINDS = {"category": pyarrow.string(), "Int64": pyarrow.int64(), "float64": pyarrow.float64()}


def parquet(machine: dict[str, Any], times: TimeRows) -> bytes:
    """The file's content."""
    columns = [(column, KINDS[kind]) for column, kind in SCHEMAS["time.csv"].items()]
    schema, file = pyarrow.schema(columns, {b"machine": json.dumps(machine).encode()}), io.BytesIO()
    with parquet_module().ParquetWriter(file, schema) as writer:
        for rows in times.pieces():
            writer.write_table(pyarrow.Table.from_pandas(rows, preserve_index=False).cast(schema))
    return file.getvalue()
