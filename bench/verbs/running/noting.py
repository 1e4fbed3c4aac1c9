"""Noting: what speaks against the figures, told once and kept for machine.json, and the BLAS of those that measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.measure.machine import caveats
from bench.measure.machine.caveats import Caveat, Moment
from bench.measure.machine.fingerprint import blas_of
from bench.measure.machine.measured_under import Settings, caveats_of, changed_settings
from bench.show.terminal.screen import Screen


@dataclass
class Noting:
    """What becomes known of the machine and its settings while something is measured.

    Attributes:
        under: the settings of processes that measure, as the first of them had them.
        blas_threads: that were asked for.
        remedy: what to do where the settings change meanwhile.
        screen: where it tells the user of a caveat.
        start: when it began to measure.
        blas: the BLAS of its workers; empty until the first has started.
        noted: the caveats so far.
        interpreters: the BLAS of workers on other interpreters than the harness's own, by their names.

    """

    under: Settings
    blas_threads: int
    remedy: str
    screen: Screen
    start: Moment = field(default_factory=caveats.this_moment)
    blas: dict[str, Any] = field(default_factory=dict)
    noted: list[Caveat] = field(default_factory=list)
    interpreters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, new: Sequence[Caveat]) -> None:
        """Keep caveats, and tell them."""
        self.noted += new
        self.screen.caveats(new)

    def note_before(self, load_1_min: float) -> None:
        """Keep what can be seen before anything is measured: of the machine, and of settings that are not as usual."""
        self.note([*caveats.before(caveats.read_text, load_1_min, caveats.on_battery()), *caveats_of(self.under)])

    def note_start(self, hello: dict[str, Any]) -> None:
        """Keep what a worker says when it has started: of its BLAS, and of conditions that are no longer those of the first; those of
        another interpreter are not compared with the harness's own.
        """
        if hello.get("python"):
            self.interpreters[hello["python"]] = blas_of(hello)
            return
        first, self.blas = not self.blas, blas_of(hello)
        new = caveats.of_blas(self.blas["blas_threads"], self.blas_threads) if first else []
        new += [Caveat(f"during the run this changed: {words}", self.remedy) for words in changed_settings(hello, self.under)]
        self.note([caveat for caveat in new if caveat not in self.noted])

    def warnings(self, earlier: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
        """The caveats up to now as machine.json has them, after those of an earlier one; the last of each kind."""
        noted = [*self.noted, *caveats.during(self.start, caveats.this_moment())]
        return joined_warnings(earlier or {}, noted)


def joined_warnings(earlier: Mapping[str, Any], noted: Sequence[Caveat]) -> list[dict[str, str]]:
    """Earlier caveats and new ones, the last of each kind."""
    warnings = [*earlier.get("warnings", []), *map(asdict, noted)]
    return [*{warning["remedy"]: warning for warning in warnings}.values()]
