"""Tests of bench/analyse."""
