"""A run as it goes: one line that moves on a terminal, with `-v` a table; a line a pass elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bench.analyse.ratios import verdict
from bench.analyse.stopping import Progress
from bench.measure.timing.passes import Finished
from bench.plan.cells import AXES, Cell
from bench.plan.contenders import FLOOR, problem_of
from bench.show.answers.words import clock, counted, duration, percent
from bench.show.terminal.notebook import Tell, notebook_line
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import VERDICT_STYLES
from bench.text import one_line

BAR, WORDS = 16, 60  # columns: the bar is so wide, where that leaves so many for the words
More = Callable[[], Iterable[str]]  # what else there is to say of the state of a run, in parts


class View:
    """Something that shows a run as it goes."""

    def __init__(self, cells: Sequence[Cell], progress: Progress, budget_s: float, more: More = tuple) -> None:
        self._cells, self._progress, self._budget_s, self._more = cells, progress, budget_s, more
        self._start, self._pass, self._known = time.monotonic(), 0, ""

    def show(self, finished: Finished) -> None:
        """Take in one visit; what is known is counted again once a pass. Of several that are made at once the last one is named."""
        if finished.assignment.pass_number > self._pass:
            self._pass = finished.assignment.pass_number
            self._known = _known(self._progress, self._cells)

    def note(self, words: str) -> None:
        """Tell what happens to the run as a whole; what has no room for it leaves it out."""

    @property
    def _spent(self) -> float:
        """How much of the budget is spent, from 0 to 1."""
        return min(1.0, (time.monotonic() - self._start) / self._budget_s)

    def _state(self) -> list[str]:
        """Which pass it is, how long it may still take, how much is settled and how wide the widest interval is."""
        left = max(0.0, self._budget_s - (time.monotonic() - self._start))
        parts = [f"pass {self._pass}" if self._pass else "starting", f"at most {clock(left)} left", *self._more(), *self._known.split(", ")]
        return [part for part in parts if part]


def _known(progress: Progress, cells: Sequence[Cell]) -> str:
    """ "33 of 54 settled, widest ±2.1 %"."""
    end = progress.end(cells)
    widths = [comparison.half_width for comparison in end.open if comparison.half_width is not None]
    settled = f"{end.settled} of {end.comparisons} settled" if end.comparisons else ""
    return f"{settled}, widest ±{percent(max(widths), 1)}" if widths else settled


@contextmanager
def watching(screen: Screen, cells: Sequence[Cell], progress: Progress, budget_s: float, more: More = tuple) -> Iterator[View]:
    """A view of a run, for as long as it lasts; `more` is what it says of its state beside the pass, the time and what is settled."""
    if screen.out.is_jupyter:
        with notebook_line() as tell:
            yield _NotebookLine(tell, cells, progress, budget_s, more)
        return
    if not screen.out.is_terminal:
        yield _Lines(screen, cells, progress, budget_s, more)
        return
    view = (_Board if screen.verbose else _Line)(screen, cells, progress, budget_s, more)
    with Live(view, console=screen.out, refresh_per_second=2, vertical_overflow="crop", transient=not screen.verbose):
        yield view


class _NotebookLine(View):
    """A bar that fills up as the budget is spent, with the words of the line on a terminal."""

    def __init__(self, tell: Tell, cells: Sequence[Cell], progress: Progress, budget_s: float, more: More = tuple) -> None:
        super().__init__(cells, progress, budget_s, more)
        self._tell = tell

    def show(self, finished: Finished) -> None:
        super().show(finished)
        self._tell(self._spent, " · ".join(self._state()))


class _Lines(View):
    """A line a pass, for logs and pipes."""

    def __init__(self, screen: Screen, cells: Sequence[Cell], progress: Progress, budget_s: float, more: More = tuple) -> None:
        super().__init__(cells, progress, budget_s, more)
        self._screen = screen
        screen.say(f"{counted(len(cells), 'cell')}, for at most {duration(budget_s)}")

    def show(self, finished: Finished) -> None:
        for failure in _failures(finished):
            self._screen.warn(failure)
        before = self._pass
        super().show(finished)
        if self._pass != before:
            self._screen.say(", ".join(self._state()))

    def note(self, words: str) -> None:
        self._screen.warn(words)


class _Line(View):
    """One line that moves, with a bar that fills up as the budget is spent; what goes wrong is said above it."""

    def __init__(self, screen: Screen, cells: Sequence[Cell], progress: Progress, budget_s: float, more: More = tuple) -> None:
        super().__init__(cells, progress, budget_s, more)
        self._out = screen.out

    def show(self, finished: Finished) -> None:
        super().show(finished)
        for failure in _failures(finished):
            self.note(failure)

    def note(self, words: str) -> None:
        self._out.print(Text(f"note: {words}", style="yellow"))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        parts, beside = self._state(), options.max_width - BAR - 1
        room = beside if beside >= WORDS else options.max_width
        while len(parts) > 1 and len(" · ".join(parts)) > room:  # a narrow terminal has the first of them
            parts.pop()
        words = Text(" · ".join(parts), no_wrap=True, overflow="ellipsis")
        if room < options.max_width:
            line = Table.grid(padding=(0, 1, 0, 0))
            line.add_row(ProgressBar(total=1.0, completed=self._spent, width=BAR), words)
            yield line
        else:
            yield words


class _Board(View):
    """The live table: a row a cell, a column an implementation; the cells visited last if not all fit."""

    def __init__(self, screen: Screen, cells: Sequence[Cell], progress: Progress, budget_s: float, more: More = tuple) -> None:
        super().__init__(cells, progress, budget_s, more)
        self._recent = dict.fromkeys(reversed(cells))  # the last is shown first
        others = [axis.name for axis in AXES if axis.name not in ("depth", "width")]
        self._varying = [axis for axis in others if len({getattr(cell, axis) for cell in cells}) > 1]
        self._notes: list[str] = []
        self._columns = [compared for compared in progress.compared if compared[1] == progress.baseline and compared[0] != FLOOR]
        self._narrow = len(self._columns) > 4  # then ratios are short and without intervals; their colours tell verdicts

    def show(self, finished: Finished) -> None:
        super().show(finished)
        cell = finished.assignment.cell
        self._recent.pop(cell)
        self._recent[cell] = None
        self._notes += _failures(finished)

    def note(self, words: str) -> None:
        self._notes.append(words)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(f"CPU time against the {self._title(self._progress.baseline)}", style="bold")
        yield Text(", ".join(self._state()))
        rows = max(3, console.height - (12 if self._narrow else 7) - len(self._notes[-3:]))
        yield self._table({*islice(reversed(self._recent), rows)})
        for note in self._notes[-3:]:
            yield Text(note, style="yellow", no_wrap=True, overflow="ellipsis")

    def _title(self, name: str) -> str:
        """What it is called in the first problem that has it; those of one name share a column."""
        problems = map(problem_of, dict.fromkeys(cell.problem for cell in self._cells))
        return next((problem.implementations[name].title for problem in problems if name in problem.implementations), name)

    def _table(self, fitting: set[Cell]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=0) if self._narrow else Table()
        table.add_column("depth × width", no_wrap=True)
        table.add_column("passes", justify="right")
        for impl, _ in self._columns:
            table.add_column(escape(self._title(impl)), no_wrap=not self._narrow, overflow="fold", min_width=4)
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
