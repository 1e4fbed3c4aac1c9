"""The terminal: sentences, tables and a run as it goes."""
