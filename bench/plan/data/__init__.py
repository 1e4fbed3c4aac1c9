"""Data: real datasets, files of the user's own, and the batches that measuring processes read."""
