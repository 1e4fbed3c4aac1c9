"""Plan: which cells a sweep has, on which data, for which implementations."""
