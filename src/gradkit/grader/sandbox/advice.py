"""What keeps a rung of the isolation ladder from working on this machine, and what its owner can do about it."""

import platform
import shutil
import sys
from pathlib import Path

from . import ladder

SYSTEMS = {"darwin": "macOS", "win32": "Windows", "cygwin": "Windows"}
ELSEWHERE = "grade on Linux: another machine, a virtual machine, or a container (docs/isolation.md)"
APPARMOR = "proc/sys/kernel/apparmor_restrict_unprivileged_userns"
NO_NAMESPACES = {"proc/sys/user/max_user_namespaces": "0", "proc/sys/kernel/unprivileged_userns_clone": "0"}
CONTAINERS = (".dockerenv", "run/.containerenv", "var/run/secrets/kubernetes.io")
SECURITY_MODULES = "sys/kernel/security/lsm"


def unsupported() -> str | None:
    """Return why no rung at all can work on a machine of this kind; None if one may."""
    if sys.platform != "linux":
        system = SYSTEMS.get(sys.platform, sys.platform)
        return f"students' code is confined by means of the Linux kernel, and this is {system}"
    from .guest.seccomp import NUMBERS  # which can be imported on Linux alone

    if platform.machine() not in NUMBERS:
        known = " and ".join(sorted(NUMBERS))
        return f"the filter of system calls is written for {known}, and this processor is {platform.machine()}"
    return None


def what_to_do(rung: ladder.Rung, root: Path = Path("/")) -> str:
    """Return in sentences how a rung that does not work may be made to, as far as the machine shows why.

    Args:
        rung: the one that does not work.
        root: of the file system to look at.
    """
    if unsupported():
        return f"To mend it, {ELSEWHERE}."
    found = [*(_bwrap(root) if rung.name == "bwrap" else ()), *(_landlock(root) if "landlock" in rung.layers else ())]
    return " ".join(f"{sentence}." for sentence in found) or f"It needs {rung.needs}."


def _bwrap(root: Path) -> list[str]:
    """Return what stands in the way of namespaces."""
    if shutil.which("bwrap") is None:
        return ["Install bubblewrap (the package `bubblewrap` of your distribution)"]
    if any((root / mark).exists() for mark in CONTAINERS):
        return [
            "This is a container, whose default settings allow no user namespaces: a weaker rung is meant for it, or"
            " let the container make them (docs/isolation.md#containers)"
        ]
    for setting, value in NO_NAMESPACES.items():
        if _read(root / setting) == value:
            name = setting.removeprefix("proc/sys/").replace("/", ".")
            return [f"User namespaces are switched off here: set {name} with sysctl"]
    if _read(root / APPARMOR) == "1":
        return [
            "AppArmor lets programs make user namespaces only with a profile: load the one for bwrap"
            " (docs/isolation.md#ubuntu)"
        ]
    return []


def _landlock(root: Path) -> list[str]:
    modules = _read(root / SECURITY_MODULES)
    if modules and "landlock" not in modules.split(","):
        return [f"Landlock is not among this kernel's security modules ({modules}): add it to the boot parameter lsm="]
    return []


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
