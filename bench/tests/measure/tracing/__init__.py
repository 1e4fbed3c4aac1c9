"""Tests of bench/measure/tracing."""
