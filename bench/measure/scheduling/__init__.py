"""Scheduling: which passes are made, by how many at once, and how long the visits of each may last."""
