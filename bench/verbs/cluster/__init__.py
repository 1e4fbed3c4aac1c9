"""The time half of a run on many machines."""
