"""Tests of passes on many machines."""
