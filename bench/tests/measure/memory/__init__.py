"""Tests of bench/measure/memory."""
