"""Tests of bench/show."""
