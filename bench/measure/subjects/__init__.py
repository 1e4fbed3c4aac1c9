"""Subjects: what is run and measured, a training step of a network or a call of any other problem, by one seam."""
