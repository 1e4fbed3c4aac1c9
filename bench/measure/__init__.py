"""Measure: fresh processes, clocks, and the order in which things are timed."""
