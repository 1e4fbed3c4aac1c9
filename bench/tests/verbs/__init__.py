"""Tests of bench/verbs."""
