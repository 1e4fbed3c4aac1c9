"""Tests of bench/measure/timing."""
