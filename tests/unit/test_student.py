"""A student's functions in a real guest: values, faults in words, limits, and nothing that passes to the next."""

import errno
import json
import os
import select
import signal

import numpy as np
import pytest

from gradkit.grader.errors import FaultKind, GuestFault, StudentFault
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import ladder, probe
from gradkit.grader.sandbox.channel import Guest
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student
from gradkit.grader.sandbox.wire import Labelled, Opaque
from gradkit.notebook import read_notebook

QUICK = Limits(call_seconds=0.5, reply_mb=1)


@pytest.fixture(scope="module")
def rung():
    """The strongest rung of this machine."""
    return probe.choose()


@pytest.fixture(scope="module")
def sandbox(rung):
    """A sandbox on that rung."""
    sandbox = Sandbox(rung, Limits())
    yield sandbox
    sandbox.close()


@pytest.fixture
def hand_in(sandbox):
    """Return a Student whose notebook has these code cells; all are closed after the test."""
    students = []

    def make(*cells, graded=("f", "g"), limits=QUICK, sandbox=sandbox):
        raw = [{"cell_type": "code", "source": source, "metadata": {}} for source in cells]
        notebook = read_notebook(json.dumps({"nbformat": 4, "cells": raw}).encode(), "hw.ipynb")
        students.append(Student(sandbox, notebook, graded, limits))
        return students[-1]

    yield make
    for student in students:
        student.close()


def fault_of(student, name="f", *arguments):
    """Return the fault of a call that brings no value."""
    with pytest.raises(StudentFault) as caught:
        student.call(name, *arguments)
    return caught.value


# ---------------------------------------------------------------------- values


def test_a_value_comes_back(hand_in):
    """Arguments go in, a value comes out, with what it is made of unchanged."""
    student = hand_in("import numpy as np\nEPS = 1", "def f(W, y, reg):\n    return W.sum() + reg, W[:, y] + EPS")
    loss, rows = student.call("f", np.arange(6.0).reshape(2, 3), np.array([2, 0]), 0.5).value
    assert (loss.shape, float(loss)) == ((), 15.5)
    assert rows.tolist() == [[3, 1], [6, 4]]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("None", None),
        ("[1, (2.5, 'x')]", (1, (2.5, "x"))),
        ("{}", Opaque("dict")),
        ("lambda: 1", Opaque("function")),
        ("np.ma.masked", Opaque("MaskedConstant")),
        ("2 ** 100", Opaque("int")),
    ],
)
def test_only_data_crosses(hand_in, expression, value):
    """Objects arrive as the name of their type."""
    assert hand_in(f"def f():\n    return {expression}").call("f").value == value


def test_each_call_gets_fresh_copies(hand_in):
    """A function that changes its argument changes nothing of the grader's, nor the next call's."""
    student = hand_in("def f(x):\n    x += 1\n    return x.sum()")
    x = np.zeros(3)
    assert [float(student.call("f", x).value) for _ in range(2)] == [3, 3]
    assert x.tolist() == [0, 0, 0]


# ---------------------------------------------------------------------- reports


@pytest.mark.parametrize(
    ("body", "changed", "shared", "moved"),
    [
        ("return x + y", (), (), False),
        ("x[0] = 5; return y", (0,), (1,), False),
        ("x.sort(); y.fill(2)", (0, 1), (), False),
        ("return 1.0, x[:2]", (), (0,), False),
        ("return np.random.rand()", (), (), True),
        ("return np.random.default_rng(0).random()", (), (), False),
        ("np.random.seed(0)", (), (), True),
    ],
)
def test_a_watched_call_says_what_it_did(hand_in, body, changed, shared, moved):
    """Which arguments were changed, which the value shares memory with, whether global randomness was used."""
    report = hand_in(f"def f(x, y):\n    {body}").watched("f", np.array([3.0, 1.0, 2.0]), np.ones(3))
    assert (report.changed, report.shared, report.moved_random) == (changed, shared, moved)


def test_a_nan_that_stays_is_no_change(hand_in):
    """A nan is not equal to itself, and still the same argument."""
    assert hand_in("def f(x, y): return 1").watched("f", np.array([np.nan]), "text").changed == ()


def test_an_array_of_another_class_crosses_as_its_elements(hand_in):
    """What the class overrides stays behind; its name is a label."""
    value = hand_in("class X(np.matrix):\n    __array_ufunc__ = None\ndef f():\n    return X([[1, 2]])").call("f").value
    assert (type(value), value.label, (value * 2).tolist()) == (Labelled, "X", [[2, 4]])


def test_a_counted_call_grows_with_a_loop(hand_in):
    """Instructions of the notebook's own code, and the line that runs more often."""
    student = hand_in("def f(X):\n    total = 0\n    for x in X:\n        total += x\n    return total")
    few, many = (student.counted("f", np.ones(n)) for n in (8, 64))
    assert many.instructions - few.instructions >= 56
    assert not many.switched_off
    assert student.growing_line("f", few, many, 56) == "cell 1, line 3 (`for x in X:`)"
    assert student.loops("f") == ("cell 1, line 3 (`for x in X:`)",)


@pytest.mark.parametrize("call", ["map(math.exp, X)", "np.vectorize(math.exp)(X)", "map(abs, X)"])
def test_calls_made_by_c_code_are_counted(hand_in, call):
    """A loop that runs in C is one too."""
    student = hand_in(f"import math\ndef f(X):\n    return list({call})")
    few, many = (student.counted("f", np.ones(n)) for n in (8, 64))
    assert many.instructions - few.instructions >= 56
    assert student.growing_line("f", few, many, 56) == f"cell 1, line 3 (`return list({call})`)"


def test_a_forged_line_names_no_place(hand_in):
    """Only what stands in the notebook is ever shown."""
    student = hand_in("def f(X):\n    return X")
    report = student.counted("f", np.ones(2))
    for place in (("secret", 1), ("<cell 1>", 99), ("<cell 731577315>", 1)):
        assert student.growing_line("f", report, report._replace(lines={place: 10**6}), 56) == ""


def test_the_cpu_time_of_a_call_is_measured_from_outside(hand_in):
    """Sleeping costs nothing, computing does, and nothing that the guest says can change it."""
    student = hand_in(
        "import time\ntime.process_time = time.perf_counter = lambda: 0",
        "def f():\n    time.sleep(0.2)",
        "def g():\n    end = time.thread_time() + 0.2\n    while time.thread_time() < end: pass",
        limits=Limits(),
    )
    assert student.call("f").cpu < 0.1
    assert student.call("g").cpu >= 0.2


def test_switching_off_the_counting_is_reported(hand_in):
    """Who removes the trace function is seen."""
    assert hand_in("import sys\ndef f():\n    sys.settrace(None)").counted("f").switched_off


# ---------------------------------------------------------------------- faults


def test_an_exception_has_its_cell_and_line(hand_in):
    """The innermost line of the notebook, however deep in numpy it was raised."""
    student = hand_in("import numpy as np", "def h(x):\n    return x @ np.ones(3)", "\ndef f(x):\n    return h(x)")
    fault = fault_of(student, "f", np.ones(2))
    assert fault.kind is FaultKind.RAISED
    assert fault.exception == "ValueError"
    assert fault.public == "raised ValueError in cell 2, line 2 (`return x @ np.ones(3)`)"
    assert fault.details.startswith(f"{fault.public}: matmul")


def test_hidden_inputs_stay_out_of_the_public_sentence(hand_in):
    """Neither an exception's text nor the name of its type can carry them."""
    student = hand_in("def f(x):\n    raise type(f'E{x}', (Exception,), {})(f'x = {x}')")
    fault = fault_of(student, "f", 7315)
    assert fault.public == (
        "raised an exception of its own in cell 1, line 2 (`raise type(f'E{x}', (Exception,), {})(f'x = {x}')`)"
    )
    assert "7315" in fault.details


def test_a_forged_place_carries_nothing_out(hand_in):
    """A student who writes the answer to the channel cannot put an input where a cell's number stands."""
    source = """
import os, struct, sys
def f(x):
    frame = sys._getframe()
    while "head" not in frame.f_locals:
        frame = frame.f_back
    text = struct.pack("<BI", 4, 10) + b"ValueError"
    body = text + struct.pack("<BI", 4, 0) + struct.pack("<Bq", 2, x) + struct.pack("<Bq", 2, 1)
    call = frame.f_locals["head"].call
    os.write(3, struct.pack("<4sBBHQQ", b"GKW1", 8, 0, 4, call, len(body)) + body)
"""
    fault = fault_of(hand_in(source), "f", 731_577_315)
    assert fault.exception == "ValueError"
    assert "731577315" not in fault.public


@pytest.mark.parametrize(
    ("statement", "exception"),
    [
        ("raise SystemExit(0)", "SystemExit"),
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseException", "BaseException"),
        ("f()", "RecursionError"),
        ("return bytearray(10**12)", "MemoryError"),
        ("open('/etc/passwd')", None),
        ("import threading; threading.Thread(target=len).start()", "RuntimeError"),
        ("import subprocess; subprocess.run(['true'])", None),
        ("return input()", "EOFError"),
    ],
)
def test_whatever_is_raised_ends_the_call_alone(hand_in, statement, exception):
    """The guest lives on, and the next call is answered."""
    student = hand_in(f"def f():\n    {statement}", "def g():\n    return 7")
    fault = fault_of(student)
    assert exception in (fault.exception, None)
    assert student.call("g").value == 7


def test_too_much_memory_is_a_limit(hand_in):
    """MemoryError is reported among the limits."""
    student = hand_in("def f():\n    return bytearray(10**12)")
    fault_of(student)
    assert student.limits_hit == {"memory_mb"}


def test_an_exception_that_cannot_be_printed_is_one(hand_in):
    """Its own methods may raise."""
    source = "class E(Exception):\n    def __str__(self): raise SystemExit\ndef f():\n    raise E"
    assert fault_of(hand_in(source)).kind is FaultKind.RAISED


def test_a_stub_is_not_started(hand_in):
    """NotImplementedError is what the released notebook raises."""
    fault = fault_of(hand_in("def f(x):\n    # TODO\n    raise NotImplementedError('Need to implement f')"), "f", 1)
    assert fault.kind is FaultKind.NOT_STARTED


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([], "the cell made for f is gone (or has lost its nbgrader mark)"),
        (["def f(x:\n    pass"], "syntax error: '(' was never closed in cell 1, line 1 (`def f(x:`)"),
        (["f = undefined_name"], "NameError in cell 1, line 1 (`f = undefined_name`): name 'undefined_name'"),
        (["f = 5"], "was not found in the notebook"),
    ],
)
def test_a_missing_function_is_said_with_the_reason(hand_in, cells, reason):
    """Gone, unreadable, failed or no function."""
    fault = fault_of(hand_in(*cells))
    assert fault.kind is FaultKind.MISSING
    assert reason in fault.public


def test_a_syntax_error_costs_only_what_needs_it(hand_in):
    """The other cell's function is graded, and the note says where the error is."""
    student = hand_in("def f(:\n    pass", "def g():\n    return 7")
    assert student.call("g").value == 7
    assert fault_of(student).kind is FaultKind.MISSING
    assert "cell 1, line 1: syntax error: invalid syntax" in student.notes()


def test_a_parser_killer_costs_only_its_cell(hand_in):
    """A source that the parser gives up on does not keep the others from being read."""
    student = hand_in("x = " + "(" * 100_000, "f" + ".a" * 2000 + " = 1", "def g():\n    return 7")
    assert student.call("g").value == 7


def test_a_definition_that_fails_costs_itself_alone(hand_in):
    """Each statement runs on its own."""
    student = hand_in("A = 1 / 0", "def f():\n    return A", "def g():\n    return 7")
    assert student.call("g").value == 7
    assert fault_of(student).exception == "NameError"


# ---------------------------------------------------------------------- limits


def test_a_call_that_hangs_is_ended_and_the_next_is_answered(hand_in):
    """The time is limited, the guest replaced."""
    student = hand_in("def f():\n    while True: pass", "def g():\n    return 7")
    fault = fault_of(student)
    assert (fault.kind, fault.public) == (FaultKind.TIMED_OUT, "did not return within 0.5 seconds")
    assert student.limits_hit == {"call_seconds"}
    assert student.call("g").value == 7


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("import os; os._exit(0)", "ended the whole Python process"),
        ("import ctypes; ctypes.string_at(0)", "crashed the Python interpreter"),
        ("import os; os.abort()", "crashed the Python interpreter"),
    ],
)
def test_a_call_that_ends_its_process_is_said_and_the_next_is_answered(hand_in, statement, words):
    """The guest is replaced; nothing else is lost."""
    student = hand_in(f"def f():\n    {statement}", "def g():\n    return 7")
    fault = fault_of(student)
    assert fault.kind is FaultKind.DIED
    assert fault.public.startswith(words)
    assert student.call("g").value == 7


def test_a_function_that_hangs_up_is_not_blamed_on_the_system(hand_in):
    """A guest that closes its channel is ended by us, not for its use of time or memory."""
    student = hand_in("import os\ndef f():\n    os.close(3)", "def g():\n    return 7")
    assert "CPU time or memory" not in fault_of(student).public
    assert student.call("g").value == 7


def test_a_guest_that_dies_too_often_is_given_up(hand_in):
    """After so many deaths the question's remaining calls are not made; the next question starts afresh."""
    limits = Limits(call_seconds=0.5, crashes=2)
    student = hand_in("import os\ndef f():\n    os._exit(1)", "def g():\n    return 7", limits=limits)
    student.begin_check("f", published=False)
    assert fault_of(student).public.startswith("ended the whole Python process")
    assert student.call("g").value == 7
    assert fault_of(student).public.startswith("ended the whole Python process")
    assert fault_of(student).public == "was not called: its process was lost 2 times already"
    assert student.limits_hit == {"crashes"}
    student.begin_check("g", published=False)
    assert student.call("g").value == 7


def test_a_submission_has_so_much_time_in_all(hand_in):
    """Each question has its share; when that is used up its function is not called any more, the next one is."""
    limits = Limits(call_seconds=0.3, submission_seconds=1.0)
    student = hand_in("def f():\n    while True: pass", "def g():\n    return 7", limits=limits)
    student.begin_check("f", published=False)
    for _ in range(2):
        assert fault_of(student).kind is FaultKind.TIMED_OUT
    faults = [fault_of(student) for _ in range(6)]
    assert {fault.kind for fault in faults} == {FaultKind.OUT_OF_TIME}
    assert {fault.public for fault in faults} == {
        "was not called: the 0.5 seconds for one function of a submission are used up"
    }
    assert "submission_seconds" in student.limits_hit
    student.begin_check("g", published=False)
    assert student.call("g").value == 7


def test_time_that_ran_out_in_a_call_is_the_submissions(hand_in):
    """A call cut short by the submission's own limit does not claim to have had its full seconds."""
    limits = Limits(call_seconds=30, submission_seconds=0.4)
    student = hand_in("def f():\n    while True: pass", limits=limits)
    assert "within 30 seconds" not in fault_of(student).public
    assert student.limits_hit == {"submission_seconds"}


def test_a_reply_that_is_too_large_is_refused(hand_in):
    """One returned value has a limit."""
    student = hand_in("import numpy as np\ndef f():\n    return np.zeros(1 << 20)", "def g():\n    return 7")
    fault = fault_of(student)
    assert (fault.kind, fault.public) == (FaultKind.TOO_LARGE, "returned more than 1 MiB")
    assert student.limits_hit == {"reply_mb"}
    assert student.call("g").value == 7


@pytest.mark.parametrize(
    "definition", ["while True: pass", "import os; os._exit(0)", "os.write(3, b'x' * 100)", "os.close(3)"]
)
def test_definitions_that_hang_or_exit_are_left_out(hand_in, definition):
    """Perhaps the functions can do without that constant."""
    student = hand_in(
        f"import os\ndef trap():\n    {definition}", "A = trap()", "def f():\n    return 7 if True else A"
    )
    assert student.call("f").value == 7


def test_hopeless_definitions_are_said_for_every_call(hand_in):
    """A class body that hangs cannot be left out: the sentence says what was tried."""
    student = hand_in("class f:\n    while True: pass", "def g(): return f")
    for name in ("f", "g", "f"):
        fault = fault_of(student, name)
        assert fault.kind is FaultKind.TIMED_OUT
        assert fault.public == (
            "could not be defined: running the notebook's definitions did not return within 0.5 seconds"
        )


@pytest.mark.parametrize(
    "payload",
    [
        "b'x' * 100",
        "b'GKW1' + bytes(20)",
        "struct.pack('<4sBBHQQ', b'GKW1', 7, 0, 1, 0, 1) + b'\\0'",
    ],
)
def test_writing_to_the_channel_is_interference(hand_in, payload):
    """An answer that was not asked for is no answer."""
    student = hand_in(f"import os, struct\ndef f():\n    os.write(3, {payload})", "def g():\n    return 7")
    fault = fault_of(student)
    assert fault.kind is FaultKind.PROTOCOL
    assert fault.public.startswith("interfered with the grader")
    assert student.call("g").value == 7


# ---------------------------------------------------------------------- what passes on, and what does not


def test_state_lives_as_long_as_a_submission(hand_in):
    """Within a submission calls share their process, as in a notebook."""
    student = hand_in("calls = []\ndef f():\n    calls.append(1)\n    return len(calls)")
    assert [student.call("f").value for _ in range(3)] == [1, 2, 3]


def test_nothing_passes_to_the_next_student(hand_in):
    """Builtins, numpy and modules are as new for everybody."""
    spoil = (
        "import builtins, sys\nimport numpy as np\ndef f():\n    builtins.sum = None\n    np.exp = None\n"
        "    np.random.seed(7)\n    sys.modules['json'] = None\n    builtins.answer = 42\n    return 1"
    )
    look = (
        "import builtins, json\nimport numpy as np\n"
        "def f():\n    return sum([1]), float(np.exp(0.0)), hasattr(builtins, 'answer'), json is None"
    )
    first = hand_in(spoil)
    assert first.call("f").value == 1
    first.close()
    assert hand_in(look).call("f").value == (1, 1.0, False, False)


def test_two_students_at_once_do_not_see_each_other(hand_in):
    """Two guests of one sandbox have each their own process."""
    source = (
        "import builtins\ndef f():\n    old = getattr(builtins, 'mark', None)\n    builtins.mark = 1\n    return old"
    )
    one, other = hand_in(source), hand_in(source)
    assert (one.call("f").value, other.call("f").value, one.call("f").value) == (None, None, 1)


def test_closing_twice_is_harmless(hand_in):
    """A student that never called anything, and one that did, can both be closed."""
    student = hand_in("def f(): return 1")
    student.close()
    student.call("f")
    student.close()
    student.close()
    assert student.call("f").value == 1


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(x): return g(x)"],
        ["def helper(x): return g(x)", "def f(x): return helper(x)"],
        ["def f(x): return first(x)", "first = lambda x: second(x)", "def second(x):\n    return [g(v) for v in x]"],
        ["class Helper:\n    def run(self, x): return g(x)", "def f(x): return Helper().run(x)"],
        ["shortcut = g", "def f(x): return shortcut(x)"],
    ],
    ids=["directly", "through a helper", "through two", "through a class", "by another name"],
)
def test_others_named_is_read_from_the_source(hand_in, cells):
    """That one graded function calls the other is seen without running either."""
    student = hand_in("def g(x): return x", *cells)
    assert (student.others_named("f"), student.others_named("g")) == (("g",), ())
    assert "f calls g" in student.notes()


@pytest.fixture
def other_sandbox(rung):
    """A sandbox that a test may break."""
    sandbox = Sandbox(rung, Limits())
    yield sandbox
    sandbox.close()


def kill_zygote(sandbox):
    """End a sandbox's zygote from outside, as a system that is short of memory does."""
    process = sandbox._zygote._process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_sandbox_that_died_costs_the_student_nothing(hand_in, other_sandbox):
    """The call under way is made once more on a fresh one, and the notebook can be closed."""
    student = hand_in("def f(): return 7", sandbox=other_sandbox)
    values = [student.call("f").value]
    before = other_sandbox._zygote
    kill_zygote(other_sandbox)
    while other_sandbox._zygote is before and len(values) < 10_000:  # the kernel takes a moment
        values.append(student.call("f").value)
    assert other_sandbox._zygote is not before
    assert set(values) == {7}
    assert student.limits_hit == set()


def kill_guest(student):
    """Kill a student's guest from outside, as a system that is short of memory does."""
    handle = student._guest._handle
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    select.select([handle], [], [])


def test_a_guest_killed_from_outside_costs_the_student_nothing(hand_in):
    """The call is made once more in a fresh guest."""
    student = hand_in("def f(): return 7")
    student.call("f")
    first = student._guest
    kill_guest(student)
    assert student.call("f").value == 7
    assert student._guest is not first
    assert student.limits_hit == set()


def test_a_guest_killed_from_outside_again_and_again_is_our_fault(hand_in, monkeypatch):
    """After the second time nothing is said of the student."""
    student = hand_in("def f(): return 7")
    spawn = student._sandbox.spawn

    def spawn_and_kill():
        guest = spawn()
        signal.pidfd_send_signal(guest._handle, signal.SIGKILL)
        return guest

    monkeypatch.setattr(student._sandbox, "spawn", spawn_and_kill)
    with pytest.raises(GuestFault, match="killed from outside"):
        student.call("f")


def test_a_guest_stopped_from_outside_costs_the_student_nothing(hand_in):
    """Whoever rests through all the time of a call did not choose to: it is made once more in a fresh guest."""
    student = hand_in("def f(): return 7")
    student.call("f")
    first = student._guest
    signal.pidfd_send_signal(first._handle, signal.SIGSTOP)
    assert student.call("f").value == 7
    assert student._guest is not first
    assert student.limits_hit == set()


@pytest.mark.parametrize("frames", [0, 1, 2], ids=["reading the cells", "executing them", "calling"])
@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.EMFILE, "Too many")], ids=["memory", "files"])
def test_half_an_exchange_is_no_answer(hand_in, monkeypatch, frames, error):
    """A fault of ours in the middle is not the student's, and the next call does not get the answer of this one."""
    receive, received = Guest._reply, []

    def fail_once(guest, *about):
        received.append(guest)
        if len(received) == frames + 2:  # the first frame is the guest's hello
            raise error
        return receive(guest, *about)

    monkeypatch.setattr(Guest, "_reply", fail_once)
    student = hand_in("def f(x): return x")
    with pytest.raises(type(error)):
        student.call("f", 7)
    assert [student.call("f", x).value for x in (8, 9)] == [8, 9]
    assert student.limits_hit == set()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP])
def test_a_guest_cannot_kill_or_stop_itself_outright(hand_in, number):
    """So that whoever finds a guest killed knows that it was not the student."""
    student = hand_in(f"import os\ndef f():\n    os.kill(os.getpid(), {int(number)})")
    fault = fault_of(student)
    assert fault.exception == "PermissionError"
    assert "out of reach while grading" in fault.public


def test_cpu_seconds_are_limited_by_the_kernel(hand_in, rung):
    """Whoever ignores every signal is ended all the same, and is told why."""
    limits = Limits(cpu_seconds=1, call_seconds=20)
    sandbox = Sandbox(rung, limits)
    source = "import signal\ndef f():\n    signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n    while True: pass"
    student = hand_in(source, limits=limits, sandbox=sandbox)
    assert fault_of(student).public == "was ended by the operating system: it used more than 1 CPU seconds"
    assert student.limits_hit == {"cpu_seconds"}
    student.close()
    sandbox.close()


def test_open_files_are_limited_by_the_kernel(hand_in, rung):
    """The limit of assignment.toml is the operating system's own."""
    limits = Limits(open_files=16)
    sandbox = Sandbox(rung, limits)
    student = hand_in("import os\ndef f():\n    while True: os.dup(3)", limits=limits, sandbox=sandbox)
    assert fault_of(student).public.endswith("it had more than the 16 files open that it may have")
    assert student.limits_hit == {"open_files"}
    student.close()
    sandbox.close()


def test_closing_after_the_sandbox_died_is_harmless(hand_in, other_sandbox):
    """A guest that went with its sandbox is gone."""
    student = hand_in("def f(): return 7", sandbox=other_sandbox)
    student.call("f")
    kill_zygote(other_sandbox)
    assert student.close() is None


def test_a_sandbox_that_died_heals(hand_in, other_sandbox):
    """The next student gets a new one."""
    assert hand_in("def f(): return 7", sandbox=other_sandbox).call("f").value == 7
    kill_zygote(other_sandbox)
    assert hand_in("def f(): return 8", sandbox=other_sandbox).call("f").value == 8


@pytest.mark.parametrize("name", [*(rung.name for rung in ladder.LADDER), "none"])
def test_every_rung_answers(name, hand_in):
    """Values, exceptions and timeouts are the same on each rung that this machine has."""
    try:
        rung = probe.choose(name)
    except Exception as error:  # noqa: BLE001 - whatever is missing here
        pytest.skip(f"no {name} on this machine: {error}")
    sandbox = Sandbox(rung, QUICK)
    try:
        student = hand_in(
            "import math\ndef f(x):\n    return math.exp(x)", "def g():\n    return 1 / 0", sandbox=sandbox
        )
        assert student.call("f", 0.0).value == 1.0
        assert fault_of(student, "g").public == "raised ZeroDivisionError in cell 2, line 2 (`return 1 / 0`)"
    finally:
        student.close()
        sandbox.close()


def test_a_signal_without_a_name_is_no_fault_of_ours_on_any_rung(hand_in):
    """Without a process namespace of its own a guest can end itself by a real-time signal."""
    try:
        rung = probe.choose("landlock")
    except Exception as error:  # noqa: BLE001 - whatever is missing here
        pytest.skip(f"no landlock on this machine: {error}")
    sandbox = Sandbox(rung, QUICK)
    try:
        student = hand_in("import os\ndef f():\n    os.kill(os.getpid(), 40)", sandbox=sandbox)
        assert fault_of(student).kind is FaultKind.DIED
    finally:
        student.close()
        sandbox.close()


# ---------------------------------------------------------------------- what could carry inputs out


FORGES_A_PLACE = """
import os, struct, sys
def f(line):
    frame = sys._getframe()
    while "head" not in frame.f_locals:
        frame = frame.f_back
    texts = b"".join(b"\\x04" + struct.pack("<I", len(t)) + t for t in (b"ValueError", b""))
    body = texts + struct.pack("<BqBq", 2, CELL, 2, line)
    os.write(3, struct.pack("<4sBBHQQ", b"GKW1", 8, 0, 4, frame.f_locals["head"].call, len(body)) + body)
    os.read(3, 1)
"""


def test_a_place_that_is_not_run_is_not_told(hand_in):
    """A forged answer cannot use a cell of many lines as an alphabet."""
    student = hand_in(FORGES_A_PLACE.replace("CELL", "2"), "\n" * 5000 + "print(1)")
    assert fault_of(student, "f", 4321).public == "raised ValueError"
    student = hand_in(FORGES_A_PLACE.replace("CELL", "1"))
    assert fault_of(student, "f", 5).public.startswith("raised ValueError in cell 1, line 5 (")


def test_hidden_checks_tell_a_few_different_exceptions(hand_in):
    """More would be words about the inputs; those told before are told again."""
    source = "def f(n):\n    raise [ValueError, TypeError, KeyError, IndexError, EOFError][n]"
    student = hand_in(source)
    student.begin_check("f", published=False)
    said = [fault_of(student, "f", n).public.split(" in ")[0] for n in (0, 1, 2, 3, 4, 1)]
    rest = ["raised an exception, other than above"] * 2
    assert said == ["raised ValueError", "raised TypeError", "raised KeyError", *rest, "raised TypeError"]
    student.begin_check("f", published=True)
    assert fault_of(student, "f", 3).public.startswith("raised IndexError in cell 1")


def test_a_diagnosis_begins_in_a_guest_without_memories(hand_in):
    """What hidden checks brought in cannot be told by a hint."""
    student = hand_in("seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)")
    student.begin_check("f", published=False)
    assert [student.call("f", 1.5).value for _ in range(2)] == [1, 2]
    student.begin_diagnosis("f")
    assert student.call("f", 1.5).value == 1


@pytest.mark.parametrize(
    "rebinding",
    [
        "_, f = 0, helper",
        "a = f = helper",
        "for f in (helper,): pass",
        "f.__code__ = helper.__code__",
        "import math as f",
    ],
)
def test_a_name_that_gets_another_value_is_noted(hand_in, rebinding):
    """Whoever reads the marked cell must know that something else was graded."""
    student = hand_in("def f():\n    return 7", f"def helper():\n    return 8\n{rebinding}")
    student.reflection("f")
    assert [note for note in student.notes() if note.startswith("f is given another value in cell 2, line 3 (")]


def test_what_one_function_pries_with_is_held_against_all(hand_in):
    """They run in one process, where each can tamper with how the others are counted."""
    student = hand_in("import sys\ndef f():\n    return sys", "def g():\n    return 7")
    assert student.reflection("g") == ("sys",)


def test_definitions_that_fail_later_say_nothing_new(hand_in):
    """A guest that starts again amid hidden checks could fail with a text made of what it was told."""
    student = hand_in("import os\ndef f(x):\n    os._exit(1)", "raise_ = 1 / 0\ndef g():\n    return raise_")
    student.begin_check("f", published=False)
    assert fault_of(student, "f", 0.5).kind is FaultKind.DIED
    before = student._facts.failures
    student._cells[:] = [(1, "def f(x): return x"), (2, "g = int('W is 0.7315')")]
    assert student.call("f", 1).value == 1
    assert fault_of(student, "g").public.count("0.7315") == 0
    assert student._facts.failures is before


def test_a_guest_that_is_killed_with_much_memory_twice_is_its_authors_loss(hand_in, monkeypatch):
    """Where memory is short, whoever takes a lot of it is not the grader's fault; it ends as other crashes do."""
    student = hand_in("def f(): return 7")

    def killed(kind, values):
        raise GuestFault("a guest was killed from outside", 1500 << 20)

    monkeypatch.setattr(student, "_attempt", killed)
    faults = [fault_of(student).public for _ in range(QUICK.crashes)]
    assert set(faults) == {"was ended by the operating system for want of memory: it had taken 1500 MiB"}
    assert student.limits_hit == {"crashes"}


@pytest.mark.parametrize("rebinding", ["EPS = (f := helper) and 1", "def g():\n    global f\n    f = helper"])
def test_a_name_that_gets_another_value_in_passing_is_noted(hand_in, rebinding):
    """By an expression, or inside of a function."""
    student = hand_in(
        "def f():\n    return EPS, g", f"def helper():\n    return 8\n{rebinding}", "EPS = 1\ndef g(): pass"[:0]
    )
    student.reflection("f")
    assert [note for note in student.notes() if note.startswith("f is given another value in cell 2, line 3 (")]
