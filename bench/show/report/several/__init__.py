"""A folder of several problems: a page for each, and one that leads to them."""
