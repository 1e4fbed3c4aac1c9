"""Tests of the report in a real browser, as a person would use it."""
