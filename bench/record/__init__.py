"""Record: what is in the results folder, and how it is written and read."""
