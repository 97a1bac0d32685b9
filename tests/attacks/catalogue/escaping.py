"""Attacks that want to act outside the guest: processes, signals, sockets, files, privileges, the kernel."""

from ..attack import steals

REFUSED = (
    r"raised (PermissionError|FileNotFoundError|ModuleNotFoundError|BlockingIOError|ValueError|ImportError|OSError"
    r"|RuntimeError|an exception of its own) in cell|made a system call that is not allowed"
)
NOTHING = r"Expected \(loss, dW\)"

LIVE = {
    "forks": "child = os.fork()\nif child == 0:\n    os._exit(0)\nos.waitpid(child, 0)\nreturn 'done'",
    "forks-behind-the-library": "child = system_call(57)\nif child == 0:\n    os._exit(0)\nos.waitpid(child, 0)\n"
    "return 'done'",
    "starts-a-thread": "import threading\nt = threading.Thread(target=int)\nt.start(); t.join()\nreturn 'done'",
    "starts-a-pool": "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(1) as pool:\n    pool.submit(int).result()\nreturn 'done'",
    "starts-a-program": "import subprocess\nsubprocess.run(['/bin/true'], check=True)\nreturn 'done'",
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
    "writes-a-file": "open(open_folder + '/written', 'w').write('x')\nreturn 'done'",
    "writes-with-numpy": "np.save(open_folder + '/written.npy', W)\nreturn 'done'",
    "creates-without-writing": "os.close(os.open(open_folder + '/created', os.O_CREAT))\nreturn 'done'",
    "unnamed-file": "os.write(os.open(open_folder, os.O_TMPFILE | os.O_WRONLY), b'x')\nreturn 'done'",
    "appends": "open(open_folder + '/there', 'a').write('x')\nreturn 'done'",
    "truncates": "os.truncate(open_folder + '/there', 0)\nreturn 'done'",
    "makes-a-folder": "os.mkdir(open_folder + '/made')\nreturn 'done'",
    "makes-a-link": "os.symlink('/etc', open_folder + '/link')\nreturn 'done'",
    "makes-a-pipe": "os.mkfifo(open_folder + '/pipe')\nreturn 'done'",
    "renames": "os.rename(open_folder + '/there', open_folder + '/gone')\nreturn 'done'",
    "removes": "os.unlink(open_folder + '/there')\nreturn 'done'",
    "file-in-memory": "os.memfd_create('x')\nreturn 'done'",
    "own-filter": "system_call(157, 38, 1, 0, 0, 0)\nreturn 'done'",
    "renames-its-process": "system_call(157, 15, b'grader', 0, 0, 0)\nreturn 'done'",
    "watches-files": "system_call(294, 0)\nreturn 'done'",
    "makes-a-timer": "system_call(283, 1, 0)\nreturn 'done'",
    "waits-for-events": "system_call(291, 0)\nreturn 'done'",
    "changes-its-mask": "os.umask(0)\nsystem_call(95, 0)\nreturn 'done'",
    "turns-off-randomized-memory": "system_call(135, 0x0040000)\nreturn 'done'",
}
LIVE_ON_OWN_FILES = {
    "changes-permissions": "os.chmod(open_folder, 0o777)\nreturn 'done'",
    "changes-times": "os.utime(open_folder, (0, 0))\nreturn 'done'",
}
QUIET = {"starts-a-shell": "return 'done' if os.system('true') == 0 else ''"}
# Refused to an ordinary user as well, or not safe to try without confinement.
NEVER = {
    "becomes-root": "os.setresuid(0, 0, 0)\nreturn 'done'",
    "joins-every-group": "os.setgroups([0])\nreturn 'done'",
    "takes-capabilities": """
wanted = ctypes.create_string_buffer(struct.pack("<6I", *[0xFFFFFFFF] * 6))
system_call(126, ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0)), wanted)
return 'done'""",
    "new-user-namespace": "system_call(272, 0x10000000)\nreturn 'done'",
    "new-namespace-by-clone": "system_call(56, 0x10000000 | 17, 0, 0, 0, 0)\nreturn 'done'",
    "new-namespace-by-clone3": "system_call(435, struct.pack('<11Q', 0x10000000, *[0] * 10), 88)\nreturn 'done'",
    "joins-a-namespace": "system_call(308, 3, 0)\nreturn 'done'",
    "mounts": "system_call(165, b'none', b'/tmp', b'tmpfs', 0, 0)\nreturn 'done'",
    "mounts-in-the-new-way": "system_call(430, b'tmpfs', 0)\nreturn 'done'",
    "changes-root": "os.chroot('/usr')\nreturn 'done'",
    "swaps-root": "system_call(155, b'/', b'/')\nreturn 'done'",
    "traces-the-grader": "system_call(101, 16, grader, 0, 0)\nreturn 'done'",
    "writes-the-graders-memory": """
system_call(311, grader, ctypes.create_string_buffer(16), 1, ctypes.create_string_buffer(16), 1, 0)
return 'done'""",
    "takes-the-graders-descriptor": "system_call(438, 3, 3, 0)\nreturn 'done'",
    "loads-a-program-into-the-kernel": "system_call(321, 0, ctypes.create_string_buffer(64), 64)\nreturn 'done'",
    "loads-a-module-into-the-kernel": "system_call(313, 3, b'', 0)\nreturn 'done'",
    "ring-of-requests": "system_call(425, 1, ctypes.create_string_buffer(120))\nreturn 'done'",
    "handles-page-faults": "system_call(323, 0)\nreturn 'done'",
    "measures-the-machine": "system_call(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)\nreturn 'done'",
    "vm-sockets": "system_call(41, 40, 1, 0)\nreturn 'done'",
    "raises-its-limits": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))\nreturn 'done'",
    "raises-the-graders-limits": "system_call(302, grader, 7, ctypes.create_string_buffer(16), 0)\nreturn 'done'",
    "old-numbers": "return 'done' if system_call(0x40000000 + 39) else ''",
    "types-into-the-terminal": "import fcntl\nfcntl.ioctl(0, 0x5412, b'x')\nreturn 'done'",
    "owns-its-descriptors-signals": "import fcntl\nfcntl.fcntl(3, 8, grader)\nreturn 'done'",
    "signals-its-group": "os.killpg(0, 0)\nreturn 'done'",
    "signals-everyone": "os.kill(-1, 0)\nreturn 'done'",
    "signals-above-four-billion": "system_call(62, grader + (1 << 32), 0)\nreturn 'done'",
    "opens-a-file-by-its-handle": "system_call(304, 3, ctypes.create_string_buffer(128), 0)\nreturn 'done'",
    "sends-a-descriptor": "import socket\nsocket.send_fds(socket.socket(fileno=3), [b'x'], [3])\nreturn 'done'",
    "makes-a-device": "system_call(133, open_folder.encode() + b'/device', 0o020666, 0x103)\nreturn 'done'",
    "sets-the-clock": "time.clock_settime(time.CLOCK_REALTIME, 0)\nreturn 'done'",
    "renames-the-machine": "import socket\nsocket.sethostname('owned')\nreturn 'done'",
    "restarts-the-machine": "system_call(169, 0, 0, 0)\nreturn 'done'",
    "swaps-to-a-file": "system_call(167, b'/dev/null', 0)\nreturn 'done'",
    "reads-the-kernels-log": "system_call(103, 3, ctypes.create_string_buffer(64), 64)\nreturn 'done'",
    "compares-with-the-grader": "system_call(312, grader, grader, 0, 0, 0)\nreturn 'done'",
}

ATTACKS = (
    *(steals(name, body, REFUSED) for name, body in LIVE.items()),
    *(steals(name, body, REFUSED) for name, body in LIVE_ON_OWN_FILES.items()),
    *(steals(name, body, NOTHING) for name, body in QUIET.items()),
    *(steals(name, body, REFUSED, live=False) for name, body in NEVER.items()),
)
