"""Analyse: from recorded rows to intervals, verdicts and findings."""
