"""Tests of bench/measure/depth."""
