"""Show: the terminal, the figures and the report."""
