"""The ladder on machines unlike this one: containers, AppArmor, kernels without Landlock or seccomp; and as a user.

What such a machine refuses is refused here by a filter of system calls that the grader itself is started under.
"""

import errno
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.ordinary_user import command_as_ordinary_user, why_not

from gradkit.grader.sandbox import ladder, probe
from gradkit.grader.sandbox.guest import seccomp

ROOT = Path(__file__).parents[2]
WORKING = [rung.name for rung in ladder.LADDER if probe.what_is_wrong_with(rung) is None]
pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the filters are written for x86_64"),
    pytest.mark.skipif(WORKING != ["bwrap", "landlock", "noopen"], reason="some rung does not work here anyway"),
]
CLONE, UNSHARE, SETNS, MOUNT, PRCTL, SECCOMP, LANDLOCK = 56, 272, 308, 165, 157, 317, (444, 445, 446)
NEW_USER_NAMESPACE = 0x10000000
UNPRIVILEGED = "no rights to make namespaces, as in a container with default settings"
# What the machine refuses -> error numbers by system call; (argument, bit) where it depends on an argument.
MACHINES = {
    "container": {
        (CLONE, (0, NEW_USER_NAMESPACE)): errno.EPERM, **dict.fromkeys((UNSHARE, SETNS, MOUNT), errno.EPERM)
    },
    "apparmor": {MOUNT: errno.EACCES},
    "old-kernel": dict.fromkeys(LANDLOCK, errno.ENOSYS),
    "container-on-old-kernel": {
        UNSHARE: errno.EPERM, (CLONE, (0, NEW_USER_NAMESPACE)): errno.EPERM, **dict.fromkeys(LANDLOCK, errno.ENOSYS)
    },
    "without-seccomp": {(PRCTL, (0, 22)): errno.EINVAL, SECCOMP: errno.EINVAL},
}  # fmt: skip
EXPECTED = {
    "container": "landlock",
    "apparmor": "landlock",
    "old-kernel": "noopen",
    "container-on-old-kernel": "noopen",
    "without-seccomp": None,
}
START = """
import json, sys
sys.path.insert(0, {root!r})
from tests.integration.test_isolation import refuse
refuse({machine!r})
{then}
"""
CHOOSE = """
from gradkit.grader.errors import IsolationError
from gradkit.grader.sandbox import probe
said = []
try:
    chosen = probe.choose({demanded!r}, said.append).name
except IsolationError as error:
    chosen, said = None, [str(error)]
print(json.dumps([chosen, said]))
"""


def refuse(machine):
    """Put this process under a filter that refuses what such a machine refuses."""
    program = seccomp.Program()
    program.load(seccomp.NUMBER)
    for call, error in MACHINES[machine].items():
        verdict = seccomp.ERRNO | error
        if isinstance(call, int):
            program.when(seccomp.EQUAL, call, lambda verdict=verdict: program.give(verdict))
            continue
        number, (argument, value) = call
        test = seccomp.ANY_BIT if number == CLONE else seccomp.EQUAL

        def depends(test=test, argument=argument, value=value, verdict=verdict):
            program.load(16 + 8 * argument)
            program.when(test, value, lambda: program.give(verdict))
            program.give(seccomp.ALLOW)

        program.when(seccomp.EQUAL, number, depends)
    program.give(seccomp.ALLOW)
    seccomp.linux.prctl(seccomp.linux.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.confine(program.assembled())


def on(machine, then):
    """Run a Python program on such a machine; return the completed process."""
    program = START.format(root=str(ROOT), machine=machine, then=then)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)


def chosen(machine, demanded="auto"):
    """Return the rung that is chosen on such a machine, and what is said."""
    process = on(machine, CHOOSE.format(demanded=demanded))
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_strongest_rung_of_such_a_machine_is_taken_and_said(machine):
    """Never a silent step down: each stronger rung is named with its reason, and a way out."""
    name, said = chosen(machine)
    assert name == EXPECTED[machine]
    words = " ".join(said)
    stronger = WORKING[: WORKING.index(name)] if name else WORKING
    assert [f"  {rung}: " in words for rung in stronger] == [True] * len(stronger)
    if name:
        assert f"Isolation {name}: nothing stronger works on this machine." in words
    else:
        assert "nothing was graded" in words


@pytest.mark.parametrize("machine", MACHINES)
def test_a_demanded_rung_is_not_replaced(machine):
    """`--isolation bwrap` fails where bwrap does not work."""
    name, said = chosen(machine, "bwrap")
    assert name is None
    assert "bwrap: it does not start (" in " ".join(said)


def test_grading_without_any_isolation_is_refused(tmp_path):
    """The command ends with an error, and nothing was run."""
    submitted = tmp_path / "submitted" / "ada" / "softmax"
    submitted.mkdir(parents=True)
    shutil.copyfile(ROOT / "solutions" / "softmax" / "softmax.ipynb", submitted / "softmax.ipynb")
    arguments = ["grade", "softmax", "--submitted", str(tmp_path / "submitted"), "--results", str(tmp_path / "results")]
    then = f"import os; os.chdir({str(ROOT)!r})\nfrom gradkit.grader.cli import main\nmain({arguments!r})"
    process = on("without-seccomp", then)
    assert process.returncode == 1
    assert "no isolation that may be used works on this machine, so nothing was graded" in process.stderr
    assert not list((tmp_path / "results").rglob("*.json"))


def test_the_doctor_names_what_does_not_work(tmp_path):
    """In a container: bwrap with its reason, and the rung that is used."""
    process = on(
        "container", f"import os; os.chdir({str(ROOT)!r})\nfrom gradkit.grader.cli import main\nmain(['doctor'])"
    )
    lines = {
        line.split(":")[0].split(maxsplit=1)[1]: line for line in process.stdout.splitlines() if "isolation" in line
    }
    assert "it does not start" in lines["isolation bwrap"]
    assert lines["isolation landlock"].endswith("the strongest that works: used")


@pytest.mark.parametrize("name", WORKING)
def test_an_ordinary_user_has_the_same_ladder(name):
    """No rung needs the super-user."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    program = CHOOSE.format(demanded=name).replace("said = []", "import json, os; assert os.geteuid() != 0; said = []")
    process = subprocess.run(
        command_as_ordinary_user([sys.executable, "-c", program]),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout) == [name, []]


@pytest.mark.skipif(os.geteuid() != 0, reason="only the super-user can put a file there")
@pytest.mark.parametrize("name", WORKING)
@pytest.mark.parametrize("around", ["/usr/local/share", "/usr/src", "/usr/share", "/srv"])
def test_files_that_people_keep_beside_the_system_are_out_of_reach(name, around, reads_file):
    """Nbgrader's default exchange lies in /usr/local/share, containers put courses into /usr/src."""
    with tempfile.TemporaryDirectory(prefix="gradkit-test-", dir=around) as folder:
        Path(folder).chmod(0o755)
        secret = Path(folder, "secret")
        secret.write_text("a secret")
        secret.chmod(0o644)
        assert reads_file(ladder.RUNGS[name], secret) is None


@pytest.fixture
def reads_file():
    """Return what a guest on a rung gets of a file; None if nothing."""
    from gradkit.grader.errors import StudentFault
    from gradkit.grader.model import Limits
    from gradkit.grader.sandbox.launch import Sandbox
    from gradkit.grader.sandbox.student import Student
    from gradkit.notebook import read_notebook

    def read(rung, path):
        source = "def attack(path):\n    return open(path).read()"
        cell = {"cell_type": "code", "source": source, "metadata": {}}
        sandbox = Sandbox(rung, Limits())
        notebook = read_notebook(json.dumps({"nbformat": 4, "cells": [cell]}).encode(), "attack.ipynb")
        student = Student(sandbox, notebook, ["attack"], Limits())
        try:
            return student.call("attack", str(path)).value
        except StudentFault:
            return None
        finally:
            student.close()
            sandbox.close()

    return read
