"""Tests of bench/record."""
