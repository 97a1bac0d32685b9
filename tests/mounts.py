"""A private view of the file system, in which tests mount small or read-only folders; nobody else sees them."""

import contextlib
import os
import subprocess
from pathlib import Path

SMALL = "2m"


def why_not():
    """Return why nothing can be mounted here; None if it can."""
    if os.geteuid() != 0:
        return "only root can mount a file system"
    try:
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        return f"{error.filename} cannot be started: {error.strerror}"
    return done.stderr.strip() if done.returncode else None


class View:
    """A running program that keeps the private view open, so that others can be started in it."""

    def __init__(self, holder):
        self.holder = holder

    def seen(self, path):
        """Return where this process finds what the private view has at ``path``."""
        return Path(f"/proc/{self.holder.pid}/root{path}")

    def words(self, folder):
        """Return the words before a command that is to run in the view, in a folder of it."""
        # The folder is entered anew: the way to it leads through what is mounted.
        enter = ["nsenter", "--mount", "--target", str(self.holder.pid)]
        return [*enter, "sh", "-c", 'cd "$0" && exec "$@"', str(folder)]

    def run(self, *command):
        """Run a command in the view."""
        subprocess.run([*self.words("/"), *map(str, command)], check=True)

    def small(self, folder, size=SMALL):
        """Lay a small file system over a folder, with what the folder holds."""
        self.run("sh", "-c", 'tar -C "$0" -cf "$0.tar" .', folder)
        self.run("mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder)
        self.run("sh", "-c", 'tar -C "$0" -xf "$0.tar"', folder)

    def read_only(self, folder):
        """Make a folder one that cannot be written."""
        self.run("mount", "--bind", folder, folder)
        self.run("mount", "-o", "remount,bind,ro", folder)

    def leave_free(self, folder, size):
        """Fill a small file system until ``size`` bytes are free."""
        ballast = self.seen(folder) / ".ballast"
        ballast.unlink(missing_ok=True)
        free = os.statvfs(self.seen(folder))
        ballast.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - size)))

    def make_room(self, folder):
        """Free the file system again."""
        (self.seen(folder) / ".ballast").unlink()


@contextlib.contextmanager
def private_view():
    """Open a private view of the file system; it ends with the context."""
    holder = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo ready; exec sleep 3600"],
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        yield View(holder)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
