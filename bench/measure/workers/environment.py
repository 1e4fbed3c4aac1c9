"""The environment variables that a measuring process starts with: BLAS threads pinned before import, the allocator set."""

from __future__ import annotations

import os

from bench.plan.allocators import ALLOCATORS

BLAS_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "PJRT_NPROC",  # JAX's: XLA has a BLAS of its own, and its flag --xla_cpu_multi_thread_eigen=false left 1.9 threads busy
)


def worker_environment(allocator: str = "default", blas_threads: int = 1) -> dict[str, str]:
    """This process's environment with BLAS pinned and the allocator's variables set, or cleared."""
    environment = dict(os.environ)
    for settings in ALLOCATORS.values():
        for variable in settings:
            environment.pop(variable, None)
    environment.update(dict.fromkeys(BLAS_VARIABLES, str(blas_threads)))
    environment.update(ALLOCATORS[allocator])
    return environment
