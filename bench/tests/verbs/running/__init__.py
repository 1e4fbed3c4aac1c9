"""Tests of bench/verbs/running."""
