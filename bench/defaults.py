"""Defaults that `--help` tells, in a module that loads no library."""

# the sweeps that come with the package, in a file each
SWEEPS = ("smoke", "quick", "standard", "full", "problems", "interpreters", "layouts")
USUAL_SWEEP = "quick"
SILENCE_S = 600.0  # seconds; a worker should have measured once in this time, so one that has not answered hangs
SELFCHECK_S = 540.0  # for the measurements of a whole check; start and end take some seconds more
