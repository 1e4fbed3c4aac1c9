"""Depth: how deep each implementation can go, on every interpreter of the machine."""
