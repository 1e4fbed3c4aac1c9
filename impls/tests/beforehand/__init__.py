"""Tests of what is made beforehand: the block of the workspace, and the mapped file."""
