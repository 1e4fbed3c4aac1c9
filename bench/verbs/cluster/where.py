"""Where times are measured: what the command line says of this machine and of a cluster, checked."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.errors import BadInput
from bench.measure.machine.side_by_side import passes_at_once_here
from bench.show.answers.words import counted

if TYPE_CHECKING:
    from bench.measure.cluster.connection import DaskCluster


@dataclass(frozen=True)
class Where:
    """A Dask cluster: the address of a scheduler, or a number of workers to start on this machine."""

    scheduler: str = ""
    workers: int = 0

    def opened(self) -> AbstractContextManager[DaskCluster]:
        """The cluster, for as long as the run lasts.

        Raises:
            BadInput: nothing answers at the address.

        """
        from bench.measure.cluster.connection import connected, local  # they load Dask

        return connected(self.scheduler) if self.scheduler else local(self.workers)


def where_of(options: argparse.Namespace, pythons: Iterable[str]) -> Where | None:
    """The cluster that the command line asks for; None if it asks for none. `pythons` are the interpreters to measure with.

    Raises:
        BadInput: it asks for what cannot be done.

    """
    if options.scheduler is None and options.workers is None:
        return None
    if options.scheduler is not None and options.workers is not None:
        raise BadInput(
            "--scheduler and --workers are both given; give the first for a cluster that runs, the second for one of this machine"
        )
    if options.workers is not None and options.workers < 1:
        raise BadInput(f"--workers is {options.workers}; give a number of workers from 1")
    option = "--workers" if options.scheduler is None else "--scheduler"
    if options.only == "memory":
        raise BadInput(f"{option}: memory is read on this machine; leave out {option} or --only memory")
    if options.scheduler is not None and any(pythons):
        raise BadInput("--scheduler: a cluster measures with the Python of its workers alone; leave out --python, or the sweep's python")
    from bench.measure.cluster.installed import refuse_without_dask

    refuse_without_dask(option)
    return Where(options.scheduler or "", options.workers or 0)


def at_once_of(options: argparse.Namespace, where: Where | None) -> int:
    """How many passes are to be made at once on this machine: as many as it can make without harm, unless the command line says fewer.

    Raises:
        BadInput: it says more, or speaks of a cluster as well.

    """
    most = passes_at_once_here()
    if options.at_once is None:
        return most
    if where:
        raise BadInput("--at-once is for passes on this machine alone; leave it out with --scheduler or --workers")
    if not 1 <= options.at_once <= most:
        few = f"{counted(most, 'pass')} can be made at once here without harm; give {'1' if most == 1 else f'1 to {most}'}"
        raise BadInput(f"--at-once is {options.at_once}, and {few}")
    return int(options.at_once)
