"""Between: what differs from one results folder to another, and from one interpreter to another."""
