"""Tests of comparisons between runs, interpreters and layouts."""
