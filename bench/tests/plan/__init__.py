"""Tests of bench/plan."""
