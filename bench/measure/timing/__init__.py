"""Timing: passes, visits, rounds and the clocks around a step."""
