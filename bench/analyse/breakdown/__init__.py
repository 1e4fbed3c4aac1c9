"""Where a step's time goes: what was left out, taken from what was not."""
