"""Tests of how a step is taken apart."""
