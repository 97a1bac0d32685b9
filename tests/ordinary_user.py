"""Runs a command as an ordinary user, although the tests run as root: rungs differ in what they need of whom.

The interpreter may lie below a folder that others cannot enter (root's home). The command gets a private view of
the file system in which such a folder holds nothing but what the tests need, and can be entered.
"""

import functools
import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
USER = 12345
# Covered in the private view alone: it exists everywhere, and what lies there goes with the command.
SHARED_MEMORY = "/dev/shm"  # noqa: S108
HOME = f"{SHARED_MEMORY}/home"


@functools.cache
def why_not() -> str | None:
    """Return why no command can be run as an ordinary user here; None if it can."""
    if os.geteuid() != 0:
        return "only root can become an ordinary user"
    attempt = [sys.executable, "-c", "import gradkit, tempfile; tempfile.TemporaryFile()"]
    try:
        process = subprocess.run(command_as_ordinary_user(attempt), capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{error.filename} cannot be started: {error.strerror}"
    return None if process.returncode == 0 else process.stderr.strip()[-300:]


def command_as_ordinary_user(command: Sequence[str]) -> list[str]:
    """Return the command that runs a command as user and group 12345, with a HOME and TMPDIR of its own.

    The command sees the interpreter, its packages and the project, wherever they lie; not root's other files.
    """
    needed = list(dict.fromkeys(_out_of_reach()))
    script = ["set -e", f"mount -t tmpfs -o mode=1777 tmpfs {SHARED_MEMORY}"]
    for number, (_, path) in enumerate(needed):
        script.append(f"mkdir {SHARED_MEMORY}/{number}; mount --rbind {shlex.quote(path)} {SHARED_MEMORY}/{number}")
    for folder in dict.fromkeys(folder for folder, _ in needed):
        script.append(f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(folder)}")
    for number, (_, path) in enumerate(needed):
        script.append(f"mkdir -p {shlex.quote(path)}; mount --move {SHARED_MEMORY}/{number} {shlex.quote(path)}")
    script += [
        f"mkdir -m 700 {HOME}; chown {USER}:{USER} {HOME}",
        'cd "$PWD"',
        f"export HOME={HOME} TMPDIR={HOME}",
        f'exec setpriv --reuid {USER} --regid {USER} --clear-groups -- "$@"',
    ]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(script), "sh", *command]


def _out_of_reach() -> Iterator[tuple[str, str]]:
    """Yield the folders that a test needs and others cannot enter: the uppermost closed folder, and the needed one."""
    for place in map(Path, (sys.base_prefix, sys.prefix, ROOT)):
        for path in dict.fromkeys((place, place.resolve())):
            closed = [folder for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]
            if closed:
                yield str(closed[-1]), str(path)
