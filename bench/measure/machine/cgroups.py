"""Control groups: the folders in which Linux keeps what a container may use, of version 2 or 1, nested or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

Read = Callable[[str], str]  # a file's text; empty if there is none

UNLIMITED = 2**60  # bytes; what version 1 says where there is no limit is above it


def group_folders(controller: str, read: Read) -> Iterator[tuple[int, PurePosixPath]]:
    """The version and the folder of this process's group for a controller ("memory", "cpu"), and of every group around it.

    A process may be in a group of each version; only one of the two has the controller's files, and the other's are not found.
    """
    groups = {names: path for _, names, path in (line.split(":", 2) for line in read("/proc/self/cgroup").splitlines())}
    for version, names, root, mount in _mounts(read):
        path = groups.get("") if version == 2 else next((groups[key] for key in groups if controller in key.split(",")), None)
        if path is None or (version == 1 and controller not in names):
            continue
        yield from ((version, folder) for folder in _upwards(PurePosixPath(path), PurePosixPath(root), PurePosixPath(mount)))


def memory_room(read: Read) -> int | None:
    """Bytes that the groups around this process leave it; None if none of them has a limit."""
    rooms = [room for version, folder in group_folders("memory", read) if (room := _room(version, folder, read)) is not None]
    return min(rooms, default=None)


def _mounts(read: Read) -> Iterator[tuple[int, list[str], str, str]]:
    """The version, controllers, root and mount point of each hierarchy of groups (proc_pid_mountinfo(5))."""
    for line in read("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = [*after.split(), "", "", ""][:3]
        if kind in ("cgroup", "cgroup2"):
            root, mount = (_unescaped(word) for word in before.split()[3:5])
            yield 2 if kind == "cgroup2" else 1, options.split(","), root, mount


def _unescaped(word: str) -> str:
    r"""A blank in a path is written as \040."""
    return re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), word)


def _upwards(path: PurePosixPath, root: PurePosixPath, mount: PurePosixPath) -> Iterator[PurePosixPath]:
    """The folder of a group and of those around it, as far as they can be seen below the mount point."""
    inside = path.relative_to(root) if path.is_relative_to(root) and ".." not in path.parts else PurePosixPath()
    yield mount / inside
    yield from (mount / outer for outer in inside.parents)


def _room(version: int, folder: PurePosixPath, read: Read) -> int | None:
    """What a group leaves: its limit without what is in use, except for file pages that the kernel would drop first."""
    limit_name, usage_name, dropped = FILES[version]
    limit, usage = read(str(folder / limit_name)), read(str(folder / usage_name))
    if not (limit.isdecimal() and usage.isdecimal()) or int(limit) >= UNLIMITED:
        return None
    droppable = next((line.split()[1] for line in read(str(folder / "memory.stat")).splitlines() if line.startswith(f"{dropped} ")), "0")
    return max(0, int(limit) - int(usage) + int(droppable))


FILES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: ("memory.max", "memory.current", "inactive_file"),
}
