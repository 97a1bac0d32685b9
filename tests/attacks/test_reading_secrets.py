"""Attacks that want to read: the suite, the seed, other students' work, the grader's memory and environment."""

import ctypes
import os

import pytest

from gradkit.grader.sandbox import ladder

# Each gets the secret's path, its folder, the grader's process and the address of the secret there.
LIVE = {
    "opens-it": "return open(path).read()",
    "opens-it-by-number": "return os.read(os.open(path, os.O_RDONLY), 100).decode()",
    "opens-it-as-path-only": "return os.readlink(f'/proc/self/fd/{os.open(path, os.O_PATH)}') and open(path).read()",
    "opens-it-from-its-folder": "os.chdir(folder); return open(os.path.basename(path)).read()",
    "opens-it-from-a-folder-handle": """
handle = os.open(folder, os.O_RDONLY)
return os.read(os.open(os.path.basename(path), os.O_RDONLY, dir_fd=handle), 100).decode()""",
    "climbs-from-what-may-be-read": "return open('/usr/lib/../..' + path).read()",
    "goes-through-the-root-in-proc": "return open('/proc/self/root' + path).read()",
    "goes-through-the-parents-root": "return open(f'/proc/{os.getppid()}/root' + path).read()",
    "reads-it-with-numpy": "return np.fromfile(path, np.uint8).tobytes().decode()",
    "maps-it-with-numpy": "return np.memmap(path, np.uint8, 'r').tobytes().decode()",
    "opens-it-with-the-c-library": """
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(path.encode(), b"r")
buffer = ctypes.create_string_buffer(100)
libc.fgets(buffer, 100, ctypes.c_void_p(file)) if file else 1 / 0
return buffer.value.decode()""",
    "runs-it-as-a-module": """
from importlib.machinery import SourceFileLoader
return SourceFileLoader("hidden", path).get_data(path).decode()""",
    "quotes-it-in-a-traceback": "import linecache; return linecache.getline(path, 1).strip()",
    "openat2": """
how = struct.pack("<QQQ", 0, 0, 0)
return os.read(system_call(437, -100, path.encode(), ctypes.create_string_buffer(how), 24), 100).decode()""",
    "finds-it-by-listing": "return open(folder + '/' + os.listdir(folder)[0]).read()",
}
NEEDING_ROOT = {
    "reads-the-graders-memory": """
buffer = ctypes.create_string_buffer(23)
ours = struct.pack("<QQ", ctypes.addressof(buffer), 23)
theirs = struct.pack("<QQ", address, 23)
system_call(310, grader, ctypes.create_string_buffer(ours), 1, ctypes.create_string_buffer(theirs), 1, 0)
return buffer.raw.decode()""",
    "reads-the-graders-memory-in-proc": """
memory = os.open(f"/proc/{grader}/mem", os.O_RDONLY)
return os.pread(memory, 23, address).decode()""",
}
# These bring nothing even without confinement: the guest has nothing to give.
NEVER = {
    "searches-the-heap": """
import gc
mark = bytes([115, 101, 99, 114, 101, 116, 45]).decode()
return [o for o in gc.get_objects() if isinstance(o, (dict, list, tuple)) and len(o) < 99 and mark in repr(o)][:1]""",
    "searches-the-environment": "return [v for v in os.environ.values() if v.startswith('secret')]",
    "asks-the-c-library-for-the-environment": """
libc.getenv.restype = ctypes.c_char_p
return libc.getenv(b"GRADKIT_ATTACKED")""",
    "looks-for-the-suite-among-modules": """
names = [n for n in sys.modules if not n.startswith("gradkit.definitions")]  # how cells are read, as students have it
return [n for n in names if n.split(".")[0] in ("gradkit", "pytest", "_pytest", "nbgrader", "problems")]""",
    "imports-the-grader": """
try:
    import gradkit.grader.suite
except ImportError:
    return None
return "imported" """,
    "looks-for-open-descriptors": """
import fcntl
found = []
for number in range(4, 1024):
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
        found.append(number)
    except OSError:
        pass
return found""",
    "looks-for-the-reference-in-frames": """
frame, found = sys._getframe(), []
while frame:
    found += [n for n in frame.f_locals if n in ("reference", "expected", "judge", "bundle", "seed")]
    frame = frame.f_back
return found""",
}


def source(body):
    """Return a notebook's cell with an attack of this body."""
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"def attack(path, folder, grader, address):\n{indented}\n"


@pytest.fixture
def arguments(secret):
    """What the attacker is told, more than any student knows; the grader holds the secret in memory meanwhile."""
    buffer = ctypes.create_string_buffer(secret.read_bytes())
    yield str(secret), str(secret.parent), os.getpid(), ctypes.addressof(buffer)
    del buffer


@pytest.mark.parametrize("name", [*LIVE, *NEEDING_ROOT])
def test_secret_is_out_of_reach(attack, rung, secret, arguments, name):
    """No way of reading brings a secret out of a confined guest, not even a file that all may read."""
    got = attack(rung, source((LIVE | NEEDING_ROOT)[name]), *arguments)
    assert not got.value
    assert secret.read_text() not in got.told


@pytest.mark.parametrize("name", NEVER)
def test_guest_holds_no_secret(attack, rung, arguments, name, monkeypatch):
    """Nothing of the grader's is in a guest to be found: no object, variable, module or descriptor."""
    monkeypatch.setenv("GRADKIT_ATTACKED", "secret")
    got = attack(rung, source(NEVER[name]), *arguments)
    assert got.kind is None, got.told
    assert not got.value


@pytest.mark.parametrize("name", [*LIVE, *(NEEDING_ROOT if os.geteuid() == 0 else ())])
def test_reading_works_without_confinement(attack, secret, arguments, name):
    """The same attacks read the secret on the rung that confines nothing: they are real."""
    assert attack(ladder.NONE, source((LIVE | NEEDING_ROOT)[name]), *arguments).value == secret.read_text()


@pytest.mark.parametrize("look", ["os.stat(path)", "os.access(path, 0) or 1 / 0", "os.statvfs(path)"])
def test_existence_is_not_told(attack, rung, arguments, look):
    """Whether a file exists is not told either, except on the landlock rung, which admits it."""
    got = attack(rung, source(f"{look}\nreturn 'it exists'"), *arguments)
    assert got.value == ("it exists" if rung.name == "landlock" else None)
