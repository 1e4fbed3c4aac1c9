"""Tests of bench/measure/training."""
