"""Tests of bench/measure/interpreters."""
