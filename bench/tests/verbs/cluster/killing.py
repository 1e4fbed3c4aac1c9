"""A run on workers of this machine, in which processes are killed at random: `python -m bench.tests.verbs.cluster.killing FOLDER KILLS`."""

import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import psutil

from bench.tests.runs import finished_rows, start, write_sweep

MEASURING = "bench.measure.timing.worker"


def run_with_kills(home, kills, passes, every_s=(0.5, 2.5), seed=0, progress=lambda words: None):
    """Run until it ends well, and kill a process of it every now and then, the client too; how many of each kind were killed."""
    rng, killed = random.Random(seed), []
    options = ("--workers", "2", "--passes", str(passes), "--seed", "1", "--budget", "600")
    while True:
        process = start(home, *options)
        while process.poll() is None:
            _wait(process, rng.uniform(*every_s))
            if len(killed) < kills and process.poll() is None:
                kind = _kill_one(psutil.Process(process.pid), rng, killed)
                killed += [kind] if kind else []
                progress(f"{len(killed)} killed, the last one {kind}")
        out, err = process.communicate()
        if process.returncode != -signal.SIGKILL:
            return process.returncode, out + err, killed


def _wait(process, seconds):
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)


def _kill_one(client, rng, killed):
    """Kill the client or one of its descendants; not one that measures twice in a row, which is a failure of what it measures."""
    with suppress(psutil.Error):
        family = [client, *client.children(recursive=True)]
        kinds = {process.pid: _kind(process) for process in family}
        unwanted = {"other", *({"measuring process"} & {*killed[-1:]})}  # others check the code before a run begins
        choice = [process for process in family if kinds[process.pid] not in unwanted]
        if len(choice) > 1:  # it has begun to measure
            kind = rng.choice(sorted({kinds[process.pid] for process in choice}))
            rng.choice([process for process in choice if kinds[process.pid] == kind]).send_signal(signal.SIGKILL)
            return kind
    return None


def _kind(process):
    words = " ".join(process.cmdline())
    kinds = {MEASURING: "measuring process", "pass_process": "process of a pass", "local_worker": "worker", "bench run": "client"}
    return next((kind for word, kind in kinds.items() if word in words), "other")


def faults(rows, passes):
    """What is wrong with the rows of a run of so many passes: lost, made twice, or not whole."""
    timed = rows[rows["round"].notna()]
    visits = timed.groupby(["cell", "pass"])
    missing = {(cell, number) for cell in timed["cell"].unique() for number in range(1, passes + 1)} - {*visits.groups}
    twice = timed[timed.duplicated(["cell", "pass", "impl", "round", "order"])]
    odd = visits["impl"].agg(lambda names: {*names} >= {"iterative", "recursive", "control"})
    odd = odd[~odd]
    further = sorted({int(number) for number in timed["pass"]} - {*range(1, passes + 1)})
    return {"missing": sorted(missing), "twice": len(twice), "not whole": [*odd.index], "too many": further}


if __name__ == "__main__":
    place, count = Path(sys.argv[1]), int(sys.argv[2])
    write_sweep(place)
    began = time.monotonic()
    wanted = max(12, count)
    code, told, victims = run_with_kills(place, count, wanted, progress=lambda words: print(words, flush=True))
    print(told)
    print(f"exit code {code} after {time.monotonic() - began:.0f} s; killed: {pd.Series(victims).value_counts().to_dict()}")
    print(faults(finished_rows(place / "results" / "time.csv"), wanted))
