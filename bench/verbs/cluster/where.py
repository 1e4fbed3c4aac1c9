"""Where times are measured: what the command line says of a cluster, checked."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.errors import BadInput

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
