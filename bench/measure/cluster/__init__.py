"""Passes on many machines: which goes where, what travels with it, and how each arrives once and only once."""
