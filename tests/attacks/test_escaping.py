"""Attacks that want to act outside the guest: processes, signals, sockets, files, privileges, the kernel."""

import os
import socket
import stat

import pytest

from gradkit.grader.sandbox import ladder

# Each gets a folder anyone may write to, a loopback port that listens, and the grader's process.
LIVE = {
    "forks": "child = os.fork()\nif child == 0:\n    os._exit(0)\nos.waitpid(child, 0)\nreturn 'done'",
    "forks-behind-the-library": "child = system_call(57)\nif child == 0:\n    os._exit(0)\nos.waitpid(child, 0)\n"
    "return 'done'",
    "starts-a-thread": "import threading\nt = threading.Thread(target=int)\nt.start(); t.join()\nreturn 'done'",
    "starts-a-program": "import subprocess\nsubprocess.run(['/bin/true'], check=True)\nreturn 'done'",
    "starts-a-shell": "return 'done' if os.system('true') == 0 else ''",
    "posix-spawn": "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)\nreturn 'done'",
    "connects-by-tcp": "import socket\nsocket.create_connection(('127.0.0.1', port), 1).close()\nreturn 'done'",
    "sends-by-udp": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))"
    "\nreturn 'done'",
    "listens": "import socket\ns = socket.create_server(('127.0.0.1', 0)); s.close()\nreturn 'done'",
    "binds-an-abstract-name": "import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind('\\0attack')\nreturn 'done'",
    "pair-of-sockets": "import socket\nsocket.socketpair()\nreturn 'done'",
    "asks-the-kernel-by-netlink": "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\nreturn 'done'",
    "signals-the-grader": "os.kill(grader, 0)\nreturn 'done'",
    "signals-the-parent": "os.kill(os.getppid(), 0)\nreturn 'done'",
    "signals-by-queue": "system_call(129, grader, 0, struct.pack('<iii116x', 0, 0, -1))\nreturn 'done'",
    "opens-a-handle-to-the-grader": "os.pidfd_open(grader)\nreturn 'done'",
    "writes-a-file": "open(folder + '/written', 'w').write('x')\nreturn 'done'",
    "creates-without-writing": "os.close(os.open(folder + '/created', os.O_CREAT))\nreturn 'done'",
    "unnamed-file": "os.write(os.open(folder, os.O_TMPFILE | os.O_WRONLY), b'x')\nreturn 'done'",
    "makes-a-folder": "os.mkdir(folder + '/made')\nreturn 'done'",
    "makes-a-link": "os.symlink('/etc', folder + '/link')\nreturn 'done'",
    "changes-permissions": "os.chmod(folder, 0o777)\nreturn 'done'",
    "changes-times": "os.utime(folder, (0, 0))\nreturn 'done'",
    "renames": "os.rename(folder + '/there', folder + '/gone')\nreturn 'done'",
    "removes": "os.unlink(folder + '/there')\nreturn 'done'",
    "file-in-memory": "os.memfd_create('x')\nreturn 'done'",
    "shared-memory": "from multiprocessing import shared_memory as s\nm = s.SharedMemory(create=True, size=8)\n"
    "m.unlink()\nreturn 'done'",
    "lowers-everyones-priority": "os.setpriority(os.PRIO_USER, 0, 0)\nreturn 'done'",
    "own-filter": "system_call(157, 38, 1, 0, 0, 0)\nreturn 'done'",
    "watches-files": "system_call(294, 0)\nreturn 'done'",
}
# Refused to an ordinary user as well, or not safe to try without confinement.
NEVER = {
    "becomes-root": "os.setresuid(0, 0, 0)\nreturn 'done'",
    "new-user-namespace": "system_call(272, 0x10000000)\nreturn 'done'",
    "joins-a-namespace": "system_call(308, 3, 0)\nreturn 'done'",
    "mounts": "system_call(165, b'none', b'/tmp', b'tmpfs', 0, 0)\nreturn 'done'",
    "changes-root": "os.chroot('/usr')\nreturn 'done'",
    "traces-the-grader": "system_call(101, 16, grader, 0, 0)\nreturn 'done'",
    "loads-a-program-into-the-kernel": "system_call(321, 0, ctypes.create_string_buffer(64), 64)\nreturn 'done'",
    "ring-of-requests": "system_call(425, 1, ctypes.create_string_buffer(120))\nreturn 'done'",
    "keeps-a-key": "system_call(248, b'user', b'attack', b'x', 1, -3)\nreturn 'done'",
    "handles-page-faults": "system_call(323, 0)\nreturn 'done'",
    "measures-the-machine": "system_call(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)\nreturn 'done'",
    "vm-sockets": "system_call(41, 40, 1, 0)\nreturn 'done'",
    "raises-its-limits": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))\nreturn 'done'",
    "old-numbers": "return 'done' if system_call(0x40000000 + 39) else ''",
    "types-into-the-terminal": "import fcntl\nfcntl.ioctl(0, 0x5412, b'x')\nreturn 'done'",
    "owns-its-descriptors-signals": "import fcntl\nfcntl.fcntl(3, 8, grader)\nreturn 'done'",
    "signals-its-group": "os.killpg(0, 0)\nreturn 'done'",
    "signals-everyone": "os.kill(-1, 0)\nreturn 'done'",
    "signals-above-four-billion": "system_call(62, grader + (1 << 32), 0)\nreturn 'done'",
}


def source(body):
    """Return a notebook's cell with an attack of this body."""
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"def attack(folder, port, grader):\n{indented}\n"


@pytest.fixture
def arguments(tmp_path):
    """A folder that all may write to, a port that listens, and the grader's process number."""
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "there").touch()
    for place in (folder, *folder.parents):
        if place.stat().st_uid == os.getuid() and stat.S_IMODE(place.stat().st_mode) & 0o022 == 0:
            place.chmod(0o777 if place == folder else place.stat().st_mode | 0o055)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(folder), server.getsockname()[1], os.getpid()


@pytest.mark.parametrize("name", [*LIVE, *NEVER])
def test_nothing_outside_is_touched(attack, rung, arguments, name, tmp_path):
    """No process, signal, socket, file, privilege or interface of the kernel is to be had in a confined guest."""
    got = attack(rung, source((LIVE | NEVER)[name]), *arguments)
    assert not got.value
    assert got.kind is not None or got.value in ("", None)
    assert [place.name for place in (tmp_path / "open").iterdir()] == ["there"]


@pytest.mark.parametrize("name", LIVE)
def test_acting_works_without_confinement(attack, arguments, name):
    """The same attacks succeed on the rung that confines nothing: they are real."""
    got = attack(ladder.NONE, source(LIVE[name]), *arguments)
    assert got.value == "done", got.told
