"""The cache on disk: a loop whose activations are in a memory-mapped file, with the system's page cache as it comes or dropped."""

from impls.interface import Implementation
from impls.on_disk import cold_file, cold_loop, loop, mapped_file
from impls.peaks import in_a_file

on_disk = Implementation("on_disk", "mapped file", "a memory-mapped file", "loop", loop.backprop, in_a_file, prepare=mapped_file.prepare)
on_disk_cold = Implementation(
    "on_disk_cold",
    "dropped mapped file",
    "a memory-mapped file, out of memory between forward and backward",
    "loop",
    cold_loop.backprop,
    in_a_file,
    prepare=cold_file.prepare,
    on_request=True,
)
