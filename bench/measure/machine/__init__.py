"""The machine: what it is, what speaks against it, and what fits into it."""
