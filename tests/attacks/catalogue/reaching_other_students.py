"""Attacks that want to read, hinder or talk to others: neighbours, their processes, their place on the machine."""

from ..attack import steals

REFUSED = (
    r"raised (PermissionError|FileNotFoundError|ModuleNotFoundError|ImportError|OSError) in cell"
    r"|made a system call that is not allowed"
)
NOTHING = r"Expected \(loss, dW\) to be returned; got (None|\d+ values?)"

LIVE = {
    "opens-a-neighbours-notebook": "return open(other).read()",
    "lists-the-class": "return os.listdir(os.path.dirname(os.path.dirname(os.path.dirname(other))))",
    "changes-a-neighbours-notebook": "os.utime(other, None)\nreturn 'done'",
    "lists-all-processes": "return [name for name in os.listdir('/proc') if name.isdigit()]",
    "reads-what-another-process-runs": "return open(f'/proc/{os.getppid()}/cmdline').read()",
    "opens-a-handle-to-the-zygote": "os.pidfd_open(os.getppid())\nreturn 'done'",
    "shares-memory-by-number": "system_call(29, 0x6b6579, 4096, 0o1666)\n"
    "system_call(31, system_call(29, 0x6b6579, 0, 0), 0, 0)\n"
    "return 'done'",
    "shares-memory-by-name": "from multiprocessing import shared_memory as s\nm = s.SharedMemory(create=True, size=8)\n"
    "m.unlink()\nreturn 'done'",
    "queues-messages-by-number": "system_call(71, system_call(68, 0, 0o1666), 0, 0)\nreturn 'done'",
    "counts-semaphores-by-number": "system_call(66, system_call(64, 0, 1, 0o1666), 0, 0, 0)\nreturn 'done'",
    "queues-messages-by-name": "system_call(240, b'attack', 0o102, 0o666, 0)\nsystem_call(241, b'attack')\n"
    "return 'done'",
    "locks-what-all-read": "import fcntl\nfcntl.flock(os.open(np.__file__, os.O_RDONLY), fcntl.LOCK_SH)\nreturn 'done'",
    "locks-a-part-of-what-all-read": "import fcntl\nfcntl.lockf(os.open(np.__file__, os.O_RDONLY), fcntl.LOCK_SH, 1)\n"
    "return 'done'",
    "makes-itself-heard-of-files": "import fcntl\n"
    "fcntl.fcntl(os.open('/usr', os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)\n"
    "return 'done'",
    "keeps-a-processor-to-itself": "os.sched_setaffinity(0, os.sched_getaffinity(0))\nreturn 'done'",
    "becomes-less-idle": "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))\nreturn 'done'",
    "lowers-everyones-priority": "os.setpriority(os.PRIO_USER, 0, 0)\nreturn 'done'",
    "reads-first-from-disk": "system_call(251, 1, 0, (2 << 13) + 4)\nreturn 'done'",
    "becomes-everybodys-parent": "system_call(157, 36, 1, 0, 0, 0)\nreturn 'done'",
}
QUIET = {
    "finds-processes-by-signal": """
found = []
for process in range(grader - 20, grader + 20):
    try:
        os.kill(process, 0)
        found.append(process)
    except OSError:
        pass
return [process for process in found if process != os.getpid()]""",
    "finds-processes-by-session": """
found = []
for process in range(grader - 20, grader + 20):
    try:
        found.append(os.getsid(process))
    except OSError:
        pass
return [process for process in found if process != os.getpid()]""",
    "finds-processes-by-scheduler": """
found = []
for process in range(grader - 20, grader + 20):
    for look in (os.sched_getscheduler, os.sched_getaffinity, os.sched_getparam):
        try:
            look(process)
            found.append(process)
        except OSError:
            pass
return [process for process in found if process != os.getpid()]""",
}
NEVER = {
    "searches-for-a-neighbours-words": """
import gc
mark = bytes([77, 121, 32, 111, 119, 110, 32, 119, 111, 114, 107]).decode()
return [1 for o in gc.get_objects() if isinstance(o, (dict, list, tuple)) and len(o) < 99 and mark in repr(o)]""",
    "searches-the-channel-for-a-neighbours-words": """
import fcntl, select
return [number for number in range(4, 64) if select.select([3], [], [], 0)[0]][:1]""",
}

ATTACKS = (
    *(steals(name, body, REFUSED) for name, body in LIVE.items()),
    *(steals(name, body, NOTHING) for name, body in QUIET.items()),
    *(steals(name, body, NOTHING, live=False) for name, body in NEVER.items()),
    steals("stops-its-whole-session", "os.killpg(os.getpgrp(), 0)\nreturn 'done'", REFUSED, live=False),
    steals("ends-its-parent", "os.kill(os.getppid() or 1, 9)\nreturn 'done'", REFUSED, live=False),
    steals("keeps-a-key", "system_call(248, b'user', b'attack', b'x', 1, -3)\nreturn 'done'", REFUSED, live=False),
)
