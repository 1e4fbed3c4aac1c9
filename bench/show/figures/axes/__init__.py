"""Figures of one axis of a sweep: what changes from one of its values to the next."""
