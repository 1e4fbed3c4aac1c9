"""Tests of what is called from Python, and of the lesson that does so."""
