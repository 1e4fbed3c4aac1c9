"""A run as it goes: a live table on a terminal, a line a pass elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bench.analyse.ratios import verdict
from bench.analyse.stopping import Progress
from bench.measure.timing.passes import Finished
from bench.plan.cells import AXES, Cell
from bench.plan.contenders import FLOOR, title
from bench.show.answers.words import counted, duration
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import VERDICT_STYLES
from bench.text import one_line


class View:
    """Something that shows a run as it goes."""

    def __init__(self, cells: Sequence[Cell], progress: Progress, budget_s: float) -> None:
        self._cells, self._progress, self._budget_s = cells, progress, budget_s
        self._start = time.monotonic()

    def show(self, finished: Finished) -> None:
        """Take in one visit."""
        raise NotImplementedError

    def _state(self) -> str:
        """How much is decided, how long it took, and how long it may still take."""
        decided = sum(map(self._progress.decided, self._cells))
        elapsed = time.monotonic() - self._start
        left = duration(max(0.0, self._budget_s - elapsed))
        return f"{decided} of {len(self._cells)} cells decided, {duration(elapsed)} elapsed, at most {left} left"


@contextmanager
def watching(screen: Screen, cells: Sequence[Cell], progress: Progress, budget_s: float) -> Iterator[View]:
    """A view of a run, for as long as it lasts."""
    if not screen.out.is_terminal:
        yield _Lines(screen, cells, progress, budget_s)
        return
    board = _Board(cells, progress, budget_s)
    with Live(board, console=screen.out, refresh_per_second=2, vertical_overflow="crop"):
        yield board


class _Lines(View):
    """A line a pass, for logs and pipes."""

    def __init__(self, screen: Screen, cells: Sequence[Cell], progress: Progress, budget_s: float) -> None:
        super().__init__(cells, progress, budget_s)
        self._screen, self._pass = screen, 0
        screen.say(f"{counted(len(cells), 'cell')}, for at most {duration(budget_s)}")

    def show(self, finished: Finished) -> None:
        for failure in _failures(finished):
            self._screen.warn(failure)
        number = finished.assignment.pass_number
        if number != self._pass:
            self._pass = number
            self._screen.say(f"pass {number}: {self._state()}")


class _Board(View):
    """The live table: a row a cell, a column an implementation; the cells visited last if not all fit."""

    def __init__(self, cells: Sequence[Cell], progress: Progress, budget_s: float) -> None:
        super().__init__(cells, progress, budget_s)
        self._recent = list(cells)
        others = [axis.name for axis in AXES if axis.name not in ("depth", "width")]
        self._varying = [axis for axis in others if len({getattr(cell, axis) for cell in cells}) > 1]
        self._notes: list[str] = []
        self._columns = [compared for compared in progress.compared if compared[1] == progress.baseline and compared[0] != FLOOR]
        self._narrow = len(self._columns) > 4  # then ratios are short and without intervals; their colours tell verdicts

    def show(self, finished: Finished) -> None:
        cell = finished.assignment.cell
        self._recent.remove(cell)
        self._recent.insert(0, cell)
        self._notes += _failures(finished)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(f"CPU time against the {title(self._progress.baseline)}", style="bold")
        yield Text(self._state())
        rows = max(3, console.height - (12 if self._narrow else 7) - len(self._notes[-3:]))
        yield self._table(set(self._recent[:rows]))
        for note in self._notes[-3:]:
            yield Text(note, style="yellow", no_wrap=True, overflow="ellipsis")

    def _table(self, fitting: set[Cell]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=0) if self._narrow else Table()
        table.add_column("depth × width", no_wrap=True)
        table.add_column("passes", justify="right")
        for impl, _ in self._columns:
            table.add_column(escape(title(impl)), no_wrap=not self._narrow, overflow="fold", min_width=4)
        for cell in self._cells:
            if cell in fitting:
                table.add_row(*self._row(cell))
        return table

    def _row(self, cell: Cell) -> list[Text]:
        done = "✓" if self._progress.decided(cell) else " "
        name = Text(" ".join((f"{done} {cell.depth:>4} × {cell.width:<4}", *(str(getattr(cell, axis)) for axis in self._varying))))
        passes = self._progress.passes(cell)
        ratios = [_ratio(passes > 0, self._narrow, *self._progress.ratio(cell, comparison)) for comparison in self._columns]
        return [name, Text(str(passes)), *ratios]


def _failures(finished: Finished) -> list[str]:
    """What went wrong in a visit, a line each."""
    cell = finished.assignment.cell.id
    return [f"{cell}: {row.impl}: {row.status}: {one_line(row.detail)}" for row in finished.rows if row.status != "ok"]


def _ratio(seen: bool, narrow: bool, ratio: float, low: float, high: float) -> Text:
    if math.isinf(high):
        return Text(f"{ratio:.{2 if narrow else 3}f}" if seen else "", style="dim")
    return Text(f"{ratio:.2f}" if narrow else f"{ratio:.3f} [{low:.3f}, {high:.3f}]", style=VERDICT_STYLES[verdict(low, high)])
