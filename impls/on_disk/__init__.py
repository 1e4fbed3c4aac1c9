"""The cache on disk: a loop whose activations are in a memory-mapped file."""

from impls.interface import Implementation
from impls.on_disk.loop import backprop
from impls.on_disk.mapped_file import prepare
from impls.peaks import in_a_file

on_disk = Implementation("on_disk", "mapped file", "a memory-mapped file", "loop", backprop, in_a_file, prepare=prepare)
