"""A PostgreSQL server of the tests' own: started on a free port of the loopback, stopped by its own means."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def programs() -> Path | None:
    """Return the folder of Debian's newest server programs, or of those on PATH; None if there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextlib.contextmanager
def server(folder_of_programs: Path) -> Iterator[str]:
    """Run a server with an empty cluster; yield its address for SQLAlchemy, without the database's name."""
    home = Path(tempfile.mkdtemp(prefix="gradkit-postgresql-"))
    options = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        command = [str(folder_of_programs / program), *arguments]
        subprocess.run(
            command, check=True, capture_output=True, cwd=home, timeout=120, stdin=subprocess.DEVNULL, **options
        )

    data, port = str(home / "data"), _free_port()
    try:
        run("initdb", "-D", data, "-U", "grader", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
        run("pg_ctl", "-D", data, "-l", str(home / "log"), "-w", "-o", settings, "start")
        try:
            yield f"postgresql+psycopg://grader@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
