"""Tests of bench/analyse/selfcheck."""
