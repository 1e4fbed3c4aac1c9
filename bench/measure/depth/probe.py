"""The probe: one attempt at one depth, in a process of its own, which answers how it ended or dies of it.

Runs on Python 3.9 and newer with nothing but the standard library, and NumPy where a network is trained, so
it shares no code with the workers. The process limits its own memory and CPU time first: no attempt can take
the machine down, or go on for long after the process that started it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impls import Implementation, Problem

    Work = Callable[[], object]

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

CALL = "call:"
NETWORKS = "backpropagation"
LEARNING_RATE = 1e-12
MADE = "made\n"  # is answered once the input is there: what ends the process before is no implementation's doing
NO_INPUT = "no_input"  # the status of an attempt without one
FRAMES = 1_000_000  # that `setup` may have at once: it can be a recursion itself


class NoInput(Exception):
    """`setup` makes no input of that depth; the message says why."""


def main(task: dict[str, Any]) -> None:
    """Make the attempt that the task describes, answer with JSON, and end at once."""
    channel = os.dup(1)
    os.dup2(2, 1)  # so that what an implementation prints is not taken for an answer
    limit_resources(task["memory_bytes"], task["cpu_s"])
    try:
        answer: dict[str, Any] = {"status": "ok", "resident_bytes": attempt(task, lambda: os.write(channel, MADE.encode()))}
    except NoInput as error:
        answer = {"status": NO_INPUT, "detail": str(error)}
    except RecursionError:
        answer = {"status": "recursion_error"}
    except MemoryError:
        answer = {"status": "out_of_memory"}
    except ImportError as error:
        answer = {"status": "skipped", "detail": str(error)}
    except Exception as error:
        answer = {"status": "error", "detail": f"{type(error).__name__}: {error}"}
    os.write(channel, json.dumps(answer).encode())
    os._exit(0)  # skips what ends an interpreter: it takes time, and can crash


def limit_resources(memory_bytes: int, cpu_s: int) -> None:
    """Limit what the process may take, where the system can; leave no core file behind."""
    if resource is None:
        return
    limits = (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 5),  # SIGXCPU first: SIGKILL would look like a lack of memory
        (resource.RLIMIT_CORE, 0, 0),
    )
    for limit, soft, hard in limits:
        with suppress(ValueError, OSError):  # macOS does not limit the address space; the time limit still holds
            resource.setrlimit(limit, (soft, hard))


def attempt(task: dict[str, Any], made: Callable[[], object]) -> int | None:
    """Go down to the task's depth under its limit and stack; return the growth of resident memory on the way, or None.

    `made` is called once the input is there.
    """
    work = subject(task)
    made()
    if task["recursion_limit"] is not None:
        sys.setrecursionlimit(task["recursion_limit"])
    if task["stack_bytes"] is None:
        return grown(work)
    return in_thread(lambda: grown(work), task["stack_bytes"])


def subject(task: dict[str, Any]) -> Work:
    """The subject of the attempt as a function without arguments: a way of calling, one training step, or one call."""
    name, depth = task["subject"], task["depth"]
    if name.startswith(CALL):
        from bench.measure.depth.calls import CALLS

        call = CALLS[name[len(CALL) :]]
        return lambda: call(depth)
    if task["problem"] == NETWORKS:
        return training_step(implementation(name, task["files"]), depth)
    return one_call(task["problem"], name, task["files"], depth)


def implementation(name: str, files: list[str]) -> Implementation:
    """The registry's implementation of that name, or the one in the user's files."""
    from impls import IMPLEMENTATIONS, Implementation

    known = {**IMPLEMENTATIONS, **{value.name: value for value in values_in(files) if isinstance(value, Implementation)}}
    if name not in known:
        raise ImportError(f"{name} is not among the implementations here")
    library = known[name].library
    if library and known[name].missing:
        raise ImportError(f"it needs {library.name}, which this interpreter does not have")
    return known[name]


def values_in(files: list[str]) -> Iterator[Any]:
    """Run the user's files; whatever their modules hold.

    Raises:
        ImportError: a file cannot be run on this Python, which may be older than what it was written for.

    """
    for number, file in enumerate(files):
        spec = importlib.util.spec_from_file_location(f"unwind_user_{number}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise ImportError(f"its file cannot be run on this Python ({type(error).__name__}: {error})") from error
        yield from vars(module).values()


def one_call(source: str, name: str, files: list[str], depth: int) -> Work:
    """One call of an implementation of a problem, on the thinnest input of that depth, which is made before anything is limited."""
    from impls import Problem, Solution
    from impls.problems import PROBLEMS

    if source in PROBLEMS:
        problem = PROBLEMS[source]
    elif source.endswith(".pickle"):
        problem = pickle.loads(Path(source).read_bytes())
    else:
        problem = next(value for value in values_in([source]) if isinstance(value, Problem) and value.name not in PROBLEMS)
    known = {**problem.by_name, **{value.name: value for value in values_in(files) if isinstance(value, Solution)}}
    arguments = arguments_of(problem, depth)
    return lambda: known[name].function(*arguments)


def arguments_of(problem: Problem, depth: int) -> Any:
    """The thinnest input of that depth, made with the recursion limit raised.

    Raises:
        NoInput: there is none.

    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        return problem.arguments(depth, 1)
    except Exception as error:
        raise NoInput(f"setup({depth}, 1, rng) raises {type(error).__name__}: {error}") from error
    finally:
        sys.setrecursionlimit(before)


def training_step(implementation: Implementation, depth: int) -> Work:
    """One training step, two units wide, batch 1, with updates fused.

    All layers between the first and the last are one object: depth is a matter of control flow alone, and a
    million sets of weights would only take time and memory. The learning rate is tiny, since that one object is
    updated once for every layer that it stands for.
    """
    import numpy as np

    from impls.network import Network, make_network
    from impls.updates import UPDATES

    first, middle, last = make_network([2, 2, 2, 1]).layers
    layers = [last] if depth == 1 else [first] + [middle] * (depth - 2) + [last]
    network, X, Y = implementation.prepared(Network(layers, "binary_cross_entropy"), np.ones((2, 1)), np.ones((1, 1)))
    return lambda: UPDATES["fused"](implementation, network, X, Y, LEARNING_RATE)


def grown(work: Work) -> int | None:
    """Do the work; return the peak of resident memory in bytes above what it was before (Linux), or None.

    Writing 5 to clear_refs sets the peak, VmHWM, back to what is resident now (proc(5)).
    """
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        before = high_water_bytes()
    except OSError:
        work()
        return None
    work()
    return high_water_bytes() - before


def high_water_bytes() -> int:
    """VmHWM: the most memory that was resident at once."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def in_thread(work: Callable[[], int | None], stack_bytes: int) -> int | None:
    """Do the work in a thread with a stack of that size, and hand back what it returns or raises."""
    ends: list[tuple[int | None, BaseException | None]] = []

    def run() -> None:
        try:
            ends.append((work(), None))
        except BaseException as error:
            ends.append((None, error))

    threading.stack_size(stack_bytes)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    value, error = ends[0]
    if error is not None:
        raise error
    return value
