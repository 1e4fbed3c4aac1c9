"""Tracing: one training step of a small network, line by line as it really ran."""
