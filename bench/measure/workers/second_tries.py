"""Second tries: what fails again, alone and in a fresh process, is a contender's own failure; else its cause has passed.

A process may be killed from outside, and a machine may lack memory or a file for a while. None of that is the fault of
what was measured, and none of it may be remembered for ever. So whatever fails is tried once more, and the column
`detail` ends with what came of it: with one of the two endings here, or with neither where there was no second try.

What was silent for all the patience that there is has mostly hung. Its second try is not worth as much again: it is given many times
what others took for the same.
"""

from __future__ import annotations

AGAIN = "; and again when it was tried alone"
WENT_WELL = "; it went well when it was tried again"

LEAST_S = 30.0  # a second try after a time-out has so long at least: interpreters start, libraries are imported, code is compiled
TIMES = 10  # and so many times as long as others took

# What depends on the machine at the moment and not on the contender alone, however often it fails there.
ROOM = ("out_of_memory", "skipped")
SURROUNDINGS = ("ImportError:", "ModuleNotFoundError:", "OSError:", "FileNotFoundError:", "PermissionError:", "BlockingIOError:")


def second_patience_s(patience_s: float, others_s: float | None) -> float:
    """How long to wait for the second try of what has been silent for `patience_s`; `others_s` is the longest that others were silent
    in the same place before they had done their work, None if there were none.

    >>> second_patience_s(600, 0.2), second_patience_s(600, 12), second_patience_s(600, 90), second_patience_s(5, 0.2)
    (30.0, 120, 600, 5)
    >>> second_patience_s(600, None)
    600
    """
    return patience_s if others_s is None else min(patience_s, max(LEAST_S, TIMES * others_s))


def has_passed(detail: str | None) -> bool:
    """Did it go well at the second try?

    >>> has_passed("segmentation fault" + WENT_WELL), has_passed("segmentation fault" + AGAIN), has_passed(None)
    (True, False, False)
    """
    return (detail or "").endswith(WENT_WELL)


def lasts(status: str, detail: str | None) -> bool:
    """Is it the contender's own failure, which a later run need not try again?

    >>> lasts("segfault", "segmentation fault" + AGAIN), lasts("segfault", "segmentation fault")
    (True, False)
    >>> lasts("out_of_memory", "MemoryError" + AGAIN), lasts("error", "ImportError: libfoo.so" + AGAIN)
    (False, False)
    """
    detail = detail or ""
    return detail.endswith(AGAIN) and status not in ROOM and not detail.startswith(SURROUNDINGS)
