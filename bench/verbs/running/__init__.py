"""The parts of a run: its record, its conditions, and its two halves, time and memory."""
