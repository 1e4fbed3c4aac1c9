"""The machine: what it is, what makes its figures worse, and what fits into its memory."""
