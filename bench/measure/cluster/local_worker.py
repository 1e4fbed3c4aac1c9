"""A worker of `--workers N`: beside its passes it does as little as can be, and has no page, and nothing that samples its threads."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from bench.measure.workers.serve import PARENT, die_with_parent


async def work(address: str, folder: str) -> None:
    """Work for a scheduler until it goes."""
    import dask
    from distributed import Worker

    dask.config.set({"distributed.worker.profile.enabled": False, "distributed.admin.low-level-log-length": 0})
    logging.getLogger("distributed").setLevel(logging.ERROR)
    async with Worker(
        address, nthreads=1, resources={"unwind": 1}, memory_limit=0, dashboard=False, local_directory=folder, death_timeout=30
    ) as worker:
        await worker.finished()


if __name__ == "__main__":
    die_with_parent(int(os.environ.pop(PARENT)))
    asyncio.run(work(*sys.argv[1:]))
