"""The isolation ladder: which layers confine student code, strongest rung first.

bwrap     own mount, process, network and user namespaces by bubblewrap; Landlock and seccomp inside
landlock  no namespaces: Landlock closes the files, seccomp these and the rest
noopen    seccomp alone, which refuses even to name a path: for containers without either of the above
none      no confinement; only on explicit demand

On each rung but the last seccomp would do by itself; what stands behind it is for the day when it does not.
"""

import os
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradkit import definitions

from ..model import Limits

NOBODY = 65534
SANDBOX = Path(__file__).parent
DEFINITIONS = Path(definitions.__file__).parent
OURS = {"sandbox": SANDBOX, "gradkit/definitions": DEFINITIONS}
"""Our own packages that a guest imports, by their place below the folder of its packages."""
START = "import sys; sys.path[:0] = {path!r}; from sandbox.guest.zygote import main; main({control})"
LIMITED_THREADS = "OPENBLAS_NUM_THREADS OMP_NUM_THREADS MKL_NUM_THREADS BLIS_NUM_THREADS".split()


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: its name, its layers, and what it needs of the machine."""

    name: str
    layers: frozenset[str]
    needs: str


LADDER = (
    Rung(
        "bwrap",
        frozenset({"namespaces", "limits", "capabilities", "landlock", "seccomp"}),
        "bubblewrap (the package bubblewrap of your distribution), user namespaces and Landlock",
    ),
    Rung(
        "landlock",
        frozenset({"nobody", "limits", "capabilities", "landlock", "seccomp"}),
        "Linux 5.13 or later with Landlock and seccomp",
    ),
    Rung(
        "noopen",
        frozenset({"nobody", "limits", "capabilities", "seccomp"}),
        "Linux 5.9 or later with seccomp",
    ),
)
NONE = Rung("none", frozenset(), "nothing")
RUNGS = {rung.name: rung for rung in (*LADDER, NONE)}


def described(name: str) -> str:
    """Return a rung's name, with a remark if it is not the strongest that there is."""
    if name == NONE.name:
        return f"{name} (student code ran unprotected)"
    return name if name == LADDER[0].name else f"{name} (weaker than {LADDER[0].name})"


def guest_settings(rung: Rung, limits: Limits) -> dict[str, Any]:
    """Return the zygote's first message: what :class:`guest.confine.Settings` holds."""
    in_bwrap = rung.name == "bwrap"
    packages = ["/site"] if in_bwrap else [*map(str, (*_packages(), *OURS.values()))]
    readable = [*map(str, runtime()), "/lib", "/lib64", "/dev/null", "/dev/urandom", *packages]
    return {
        "layers": sorted(rung.layers),
        "readable": readable,
        "memory": limits.memory_mb << 20,
        "cpu_seconds": limits.cpu_seconds,
        "open_files": limits.open_files,
    }


def runtime() -> list[Path]:
    """Return what a guest needs to read for its interpreter: the program, its library, the system's libraries.

    Not all of /usr or of the interpreter's prefix: people keep files of their own there, nbgrader the class's exchange.
    """
    prefix = Path(sys.base_prefix)
    places = (
        Path(os.path.realpath(sys.executable)),
        prefix / "lib",
        prefix / "lib64",
        Path("/usr/lib"),
        Path("/usr/lib64"),
    )
    return [place for place in dict.fromkeys(places) if place.exists()]


def readable_by_guests(place: Path) -> Path | None:
    """Return the part of the interpreter in which a place lies, so that guests can read it; None if in none."""
    resolved = place.resolve()
    return next((known for known in runtime() if resolved.is_relative_to(known.resolve())), None)


def command(rung: Rung, folder: Path, control: int) -> tuple[list[str], dict[str, Any]]:
    """Return the command that starts a zygote on this rung and further options of ``subprocess.Popen``.

    Args:
        rung: the step of the ladder.
        folder: an empty folder of ours, where the packages that a guest may import are gathered.
        control: the descriptor of the control socket, inherited.
    """
    python = os.path.realpath(sys.executable)
    if rung.name == "bwrap":
        options = _as_nobody([*runtime(), *_packages(), *OURS.values()])
        return [*_bwrap(), "--", *_interpreter(python, ["/site"], control)], {"env": {}, **options}
    for place, package in _visible().items():
        link = folder / place
        link.parent.mkdir(exist_ok=True)
        link.parent.chmod(0o755)
        link.symlink_to(package)
    return _interpreter(python, [str(folder)], control), {"env": _environment()}


def _interpreter(python: str, path: list[str], control: int) -> list[str]:
    """Return the command for an interpreter that knows its standard library and ``path``, nothing else."""
    return [python, "-I", "-S", "-B", "-c", START.format(path=path, control=control)]


def _environment() -> dict[str, str]:
    # With more than one BLAS thread the first product after a fork under seccomp never returns.
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"} | dict.fromkeys(LIMITED_THREADS, "1")


def _packages() -> list[Path]:
    """Return the folders of numpy and of the libraries that its wheel brings."""
    package = Path(np.__file__).parent
    libraries = package.with_name("numpy.libs")
    return [package, libraries] if libraries.is_dir() else [package]


def _visible() -> dict[str, Path]:
    """Return every package that a guest may import, by its place below the folder of its packages."""
    return {package.name: package for package in _packages()} | OURS


def _bwrap() -> list[str]:
    tool = shutil.which("bwrap") or "bwrap"
    words = [tool, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "guest"]
    words += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in _environment().items():
        words += ["--setenv", name, value]
    for name in ("/lib", "/lib64"):
        if Path(name).is_symlink():
            words += ["--symlink", str(Path(name).readlink()), name]
        elif Path(name).is_dir():
            words += ["--ro-bind", name, name]
    for part in map(str, runtime()):
        words += ["--ro-bind", part, part]
    for place, package in _visible().items():
        words += ["--ro-bind", str(package), f"/site/{place}"]
    words += ["--dir", "/tmp", "--dir", "/dev"]  # noqa: S108 - a folder inside the sandbox
    words += ["--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"]
    # The zygote needs SYS_ADMIN in its own user namespace to make a process namespace for each guest.
    return [*words, "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--remount-ro", "/"]


def _as_nobody(paths: list[Path]) -> dict[str, Any]:
    """Return the options that start a program as nobody, if we are root and nobody can reach ``paths``."""
    if os.geteuid() == 0 and all(_open_to_all(path) for path in paths):
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return {}


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.resolve().parents))
