"""Tests of the implementations."""
