"""Tests of where a step's time goes, from times that are made up."""
