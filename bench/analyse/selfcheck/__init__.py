"""The self-check: how often intervals miss, what other tools say, and which promises are kept."""
