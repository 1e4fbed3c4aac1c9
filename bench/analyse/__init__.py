"""Analyse: from recorded rows to facts, as frozen records; it has no words for readers."""
