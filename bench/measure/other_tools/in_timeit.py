"""The trio as `python -m timeit` times it: as many calls as last 0.2 s, repeated, for each function in turn."""

from __future__ import annotations

import json
import sys
from timeit import Timer

from bench.measure.other_tools.trio import functions


def main(repeats: int) -> None:
    """Print {function: seconds a call, a list}."""
    seconds_per_call = {}
    for subject, function in functions().items():
        timer = Timer(function)
        number, _ = timer.autorange()
        seconds_per_call[subject] = [seconds / number for seconds in timer.repeat(repeats, number)]
    print(json.dumps(seconds_per_call))


if __name__ == "__main__":
    main(int(sys.argv[1]))
