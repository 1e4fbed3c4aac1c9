"""Tests of bench/measure/machine."""
