"""Tracing calls: one call of each implementation of a problem on a small input, line by line as it really ran."""
