"""From Python: the experiment that `unwind run --problem` makes, for notebooks and tests."""
