"""A process that makes a part is killed before each line of its code in turn: `python -m bench.tests.record.killed_between_lines DIR`.

After each kill a reader must find each row once, and so must a reader after another process has gone on. It prints how many
lines there were, and each at which that was not so.
"""

import os
import shutil
import sys
from itertools import count
from pathlib import Path

import pandas as pd

from bench.record.files import disk
from bench.record.folder import results_folder
from bench.record.time_parts import part, table
from bench.record.time_parts.rows import read_times, read_whole
from bench.record.time_parts.table import TimeTable
from bench.tests.record.time_visits import plain, visits

LINES_OF = {module.__file__ for module in (disk, part, table)}


def main(folder: Path) -> None:
    """Kill and look, until a process comes to its end."""
    first, second, last = visits(1, rounds=1)
    start = folder / "start"
    start.mkdir()
    TimeTable(start, large=1).append(first)
    TimeTable(start).append(second)
    there, seen = _read(start), set()
    for line in count(1):
        work = folder / str(line)
        shutil.copytree(start, work)
        ended = _killed_before(line, TimeTable(work, large=1).roll)
        if (state := _state(work)) not in seen:
            seen.add(state)
            _look(line, work, there, last)
        shutil.rmtree(work)
        if ended:
            print(f"{line} lines, {len(seen)} states")
            return


def _killed_before(line: int, work) -> bool:
    """Do the work in another process, which ends without a word before the line that is the n-th to be reached; did it come to its end?"""
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    seen = set()

    def each_line(frame, event, argument):
        seen.add((frame.f_code.co_filename, frame.f_lineno))
        if len(seen) == line:
            os._exit(9)
        return each_line

    sys.settrace(lambda frame, event, argument: each_line if frame.f_code.co_filename in LINES_OF else None)
    work()
    os._exit(0)


def _state(folder: Path) -> frozenset:
    """What files there are, and what is in them: a reader knows no more."""
    return frozenset((path.parent.relative_to(folder), path.suffix, path.is_file() and path.read_bytes()) for path in folder.rglob("*"))


def _look(line: int, work: Path, there: pd.DataFrame, added) -> None:
    if not (seen := _read(work)).equals(there):
        print(f"line {line}: a reader finds {len(seen)} rows, not {len(there)}")
    with results_folder(work):  # as a run that goes on
        table = TimeTable(work)
        read_whole(table, lambda sentence: None)
        table.append(added)
    if not (seen := _read(work)).equals(_with(there, added)):
        print(f"line {line}: after another process has gone on there are {len(seen)} rows, not {len(there) + len(added)}")
    if left := [path.name for path in work.rglob("*.tmp")]:
        print(f"line {line}: {left} are left behind")


def _read(folder: Path) -> pd.DataFrame:
    return plain(read_times(folder, print).whole())


def _with(rows: pd.DataFrame, more) -> pd.DataFrame:
    added = pd.DataFrame(more, columns=rows.columns).astype(rows.dtypes.to_dict())
    return pd.concat([rows, added], ignore_index=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
