"""How the program scales, measured by commands."""
