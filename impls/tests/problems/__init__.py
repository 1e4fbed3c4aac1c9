"""Tests of the problems that come with the project."""
