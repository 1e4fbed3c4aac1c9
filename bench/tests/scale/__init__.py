"""How much there may be of what grows: measured by commands, for docs/scale.md."""
