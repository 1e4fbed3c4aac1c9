"""Depth: how deep each implementation can go, on every interpreter that is found."""
