"""Figures: each draws one kind of fact, as SVG and PNG."""
