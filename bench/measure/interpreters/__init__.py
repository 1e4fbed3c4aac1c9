"""Interpreters: which there are, which are measured with, and an environment for each."""
