"""How many CPUs this process may use, as a container's limit says."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_CGROUPS = "sys/fs/cgroup"


def cpu_limit(root: Path = Path("/")) -> float:
    """The CPUs that the scheduler offers, or the share of them that a cgroup's quota leaves.

    A quota counts wherever it stands above this process, in version 2 (`cpu.max`) or 1 (`cpu.cfs_quota_us`):
    docs.kernel.org/admin-guide/cgroup-v2.html, docs.kernel.org/scheduler/sched-bwc.html. `root` is for tests.
    """
    return min([_schedulable_cpus(), *_quotas(root)])


def _schedulable_cpus() -> float:
    return float(len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)


def _quotas(root: Path) -> Iterator[float]:
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for group in _with_parents(path):
            if not controllers:
                quota, _, period = _read(root / _CGROUPS / group / "cpu.max").partition(" ")
            elif "cpu" in controllers.split(","):
                folder = root / _CGROUPS / "cpu" / group
                quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
            else:
                continue
            if quota.isdecimal() and period.isdecimal() and int(period):  # neither absent, "max" nor -1
                yield int(quota) / int(period)


def _with_parents(path: str) -> list[str]:
    """A cgroup and those it is in; inside a container often only the last, the root, is mounted."""
    group = PurePosixPath(path.lstrip("/"))
    return [str(group), *map(str, group.parents)]


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
