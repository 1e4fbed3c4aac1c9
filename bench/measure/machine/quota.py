"""The CPU quota: the share of processor time that the control groups around a process allow it."""

from __future__ import annotations

from pathlib import PurePosixPath

from bench.measure.machine.cgroups import Read, group_folders

# Where the kernel does not say, hierarchies are taken to be mounted at their usual places, and the process to be at their roots.
USUAL = {
    "/proc/self/cgroup": "0::/\n1:cpu:/",
    "/proc/self/mountinfo": "\n".join(
        f"1 1 0:1 / /sys/fs/cgroup{mount} rw - {kind} {kind} {controllers}"
        for mount, kind, controllers in (("", "cgroup2", "rw"), ("/cpu", "cgroup", "rw,cpu"), ("/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct"))
    ),
}


def quota_cores(read: Read) -> float | None:
    """The smallest quota from this process's group up to the root, in cores' worth of time; None if there is none."""
    folders = group_folders("cpu", lambda path: read(path) or USUAL.get(path, ""))
    quotas = (_quota_of_v2(folder, read) if version == 2 else _quota_of_v1(folder, read) for version, folder in folders)
    return min((quota for quota in quotas if quota), default=None)


def _quota_of_v2(folder: PurePosixPath, read: Read) -> float | None:
    """No limit is "max 100000", one and a half cores are "150000 100000"."""
    return _share(*[*read(str(folder / "cpu.max")).split(), "", ""][:2])


def _quota_of_v1(folder: PurePosixPath, read: Read) -> float | None:
    """No limit is a quota of -1."""
    return _share(*(read(str(folder / f"cpu.cfs_{word}_us")) for word in ("quota", "period")))


def _share(quota: str, period: str) -> float | None:
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() and int(period) else None
