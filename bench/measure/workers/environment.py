"""The environment that a measuring process starts with: made of what is known, and not inherited with whatever else is there.

What is harmless passes. What changes figures passes if somebody has set it to measure just that; then it is recorded beside
the figures, told, and must be the same when a run is resumed. Everything else is left out: variables that steer Python
(PYTHONPATH, PYTHONOPTIMIZE, PYTHONHASHSEED, ...), start a tool in every Python (coverage), or tune malloc and thread pools.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from bench.plan.allocators import ALLOCATORS

BLAS_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "PJRT_NPROC",  # JAX's: XLA has a BLAS of its own, and its flag --xla_cpu_multi_thread_eigen=false left 1.9 threads busy
)

HARMLESS = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "XDG_*"),
    *("LANG", "LANGUAGE", "LC_*", "TZ", "TZDIR"),
    *("LD_LIBRARY_PATH", "DYLD_*LIBRARY_PATH", "DYLD_*FRAMEWORK_PATH"),  # which BLAS and malloc were found there is recorded
    *("VIRTUAL_ENV", "CONDA_*", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONUTF8", "PYTHONCOERCECLOCALE"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "NUMBA_CACHE_DIR"),  # where compiled code is kept
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "*APPDATA"),  # Windows
)
CHOSEN = (
    *("PYTHONMALLOC", "PYTHON_GIL", "PYTHON_JIT"),
    *("LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "MALLOC_CONF", "MIMALLOC_*", "TCMALLOC_*"),  # another malloc, and its options
    *("OPENBLAS_CORETYPE", "MKL_ENABLE_INSTRUCTIONS", "MKL_DEBUG_CPU_TYPE", "MKL_CBWR", "BLIS_ARCH_TYPE", "BLIS_MODEL_TYPE"),
    *("FLEXIBLAS", "NPY_ENABLE_CPU_FEATURES", "NPY_DISABLE_CPU_FEATURES", "NUMPY_MADVISE_HUGEPAGE"),
    *("NUMBA_*", "JAX_*", "XLA_*", "PYTORCH_*", "ATEN_CPU_CAPABILITY", "ONEDNN_*", "DNNL_*", "CUDA_VISIBLE_DEVICES"),
)


def worker_environment(allocator: str = "default", blas_threads: int = 1) -> dict[str, str]:
    """What is harmless and what was chosen of this process's environment, with BLAS pinned and the allocator's variables set."""
    return {
        **_those_like(HARMLESS, os.environ),
        **chosen_variables(),
        **dict.fromkeys(BLAS_VARIABLES, str(blas_threads)),
        **ALLOCATORS[allocator],
        "PYTHONSAFEPATH": "1",  # for what a process starts in its turn: the current folder is not on its path either (from 3.11 on)
    }


def chosen_variables() -> dict[str, str]:
    """The variables of this process's environment that change figures, and that measuring processes are given all the same."""
    harmless = _those_like(HARMLESS, os.environ)
    return {name: value for name, value in _those_like(CHOSEN, os.environ).items() if name not in harmless and value}


def outside_environment() -> dict[str, str]:
    """This process's environment without what steers Python: for commands that do not measure."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _those_like(patterns: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sorted(environment.items()) if any(fnmatchcase(name, pattern) for pattern in patterns)}
