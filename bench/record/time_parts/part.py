"""A part: rows of whole visits in one Parquet file, written whole, which says of what bytes of time.csv they are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, Field, ValidationError

from bench.errors import BadInput
from bench.record.files.disk import make_durable_folder, written_whole
from bench.record.schemas import SCHEMAS, may_lack
from bench.text import one_line

try:
    import pyarrow
except ImportError as error:
    mend = "`pip install 'pyarrow==15.*'` fits NumPy 1.26, and any newer one NumPy 2"
    raise BadInput(f"pyarrow cannot be used: {one_line(str(error))}; {mend}") from None

FOLDER = "time"  # beside time.csv
NAME = re.compile(r"part-([0-9]{5,})\.parquet")
MARK = b"unwind"  # the key of what a part says of itself, in the metadata of its file
TYPES = SCHEMAS["time.csv"]
MEND = "put the file back as it was, or move the folder away, or give another --results"


@dataclass(frozen=True)
class Covered:
    """The beginning of time.csv that a part has taken over: its bytes, their digest, and the rows in them, also those left out."""

    size: int
    sha256: str
    rows: int


@dataclass(frozen=True)
class Part:
    """One part; `groups` is how many groups of rows it has, each of whole visits."""

    path: Path
    number: int
    covered: Covered
    groups: int


class _Said(BaseModel):
    """What a part says of itself."""

    part: int = Field(ge=1)
    size: int = Field(ge=1)
    sha256: str
    rows: int = Field(ge=0)


def part_path(folder: Path, number: int) -> Path:
    """The file of that part in a results folder."""
    return folder / FOLDER / f"part-{number:05}.parquet"


def part_paths(folder: Path) -> list[Path]:
    """The files of a results folder's parts, by number; whatever else lies there is not ours."""
    named = [(int(match[1]), path) for path in (folder / FOLDER).glob("part-*.parquet") if (match := NAME.fullmatch(path.name))]
    return [path for _, path in sorted(named)]


def parts_in(folder: Path) -> list[Part]:
    """The parts of a results folder, from the first to the last.

    Raises:
        BadInput: one is missing, or cannot be read, or is not what was written under its name.

    """
    paths = part_paths(folder)
    for number, path in enumerate(paths, 1):
        if path != part_path(folder, number):
            raise BadInput(f"{part_path(folder, number)}: is missing, though there is {path.name}; {MEND}")
    return [_part(path, number) for number, path in enumerate(paths, 1)]


def _part(path: Path, number: int) -> Part:
    with _readable(path), _opened(path) as file:
        metadata, names = file.schema_arrow.metadata or {}, file.schema_arrow.names
        groups = file.num_row_groups
    try:
        said = _Said.model_validate_json(metadata.get(MARK, b""))
    except ValidationError:
        raise BadInput(f"{path}: is no part that a run has written; {MEND}") from None
    if said.part != number:
        raise BadInput(f"{path}: was written as part {said.part}, and is there under another name; {MEND}")
    if lacking := [column for column in TYPES if column not in names and column not in may_lack("time.csv")]:
        raise BadInput(f"{path}: lacks the columns {one_line(', '.join(lacking))}, which this version needs; {MEND}")
    return Part(path, number, Covered(said.size, said.sha256, said.rows), groups)


def write_part(folder: Path, number: int, covered: Covered, groups: Iterable[pd.DataFrame]) -> None:
    """Write rows as a part, each frame as a group of its own. The part is there whole and on the disk when this returns, or not at all.

    Raises:
        BadInput: the system refuses the write.

    """
    path, said = part_path(folder, number), {"part": number, **asdict(covered)}
    make_durable_folder(path.parent)
    schema = _schema().with_metadata({MARK: json.dumps(said).encode()})
    with written_whole(path) as file, parquet_module().ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
        for rows in groups:
            table = pyarrow.Table.from_pandas(rows[[*TYPES]], schema, preserve_index=False)
            writer.write_table(table, row_group_size=max(1, len(rows)))


def read_part(part: Part, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """The rows of a part, group by group, with these columns, as `Table.read` gives those of time.csv.

    Raises:
        BadInput: the file is damaged.

    """
    with _readable(part.path), _opened(part.path) as file:
        there = [column for column in columns if column in file.schema_arrow.names]
        for number in range(part.groups):
            table = file.read_row_group(number, columns=there, use_threads=False)
            yield _frame(table, columns)


def _frame(table: Any, columns: Sequence[str]) -> pd.DataFrame:
    rows = table.to_pandas(types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get)
    known = may_lack("time.csv")
    rows = rows.assign(**{column: known[column] for column in columns if column not in rows})
    typed = {column: TYPES[column] for column in columns if str(rows[column].dtype) != TYPES[column]}
    return (rows.astype(typed) if typed else rows)[[*columns]]


def _schema() -> Any:
    kinds = {"category": pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), "Int64": pyarrow.int64(), "float64": pyarrow.float64()}
    return pyarrow.schema([(column, kinds[kind]) for column, kind in TYPES.items()])


def _opened(path: Path) -> Any:
    """A Parquet file whose pages are compared with their checksums as they are read."""
    return parquet_module().ParquetFile(path, page_checksum_verification=True)


def parquet_module() -> Any:
    """What reads and writes Parquet: it takes a while to load, and few folders have parts."""
    import pyarrow.parquet

    return pyarrow.parquet


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Put what cannot be read into a sentence."""
    try:
        yield
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise BadInput(f"{path}: cannot be read as Parquet ({one_line(str(error))}); {MEND}") from None


def covers(part: Part, path: Path) -> bool:
    """Does time.csv still begin with the bytes that a part has taken over? So it is after a kill between the two."""
    size = part.covered.size
    return path.is_file() and path.stat().st_size >= size and digest(path, size) == part.covered.sha256


def digest(path: Path, size: int) -> str:
    """The SHA-256 of the first bytes of a file."""
    sha256 = hashlib.sha256()
    with open(path, "rb") as file:
        while size and (block := file.read(min(size, 2**20))):
            sha256.update(block)
            size -= len(block)
    return sha256.hexdigest()
