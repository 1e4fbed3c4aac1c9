"""Tests of bench/measure/workers."""
