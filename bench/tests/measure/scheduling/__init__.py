"""Tests of bench/measure/scheduling."""
