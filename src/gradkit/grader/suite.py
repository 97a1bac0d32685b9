"""Keeps a hidden suite's pytest session open: collected once, run again for student after student.

pytest owns its loop, so the session lives in a thread and its loop waits there for the next student.
"""

import sys
import threading
from pathlib import Path

import pytest

from . import fixtures
from .course import Bundle
from .errors import SuiteError
from .hidden_suite import HiddenSuite
from .recording import Recorder
from .reference import reference_functions
from .sandbox.student import Student
from .scratch import Scratch
from .verdict import Judged

PURPOSE = "suite"
QUIET = """
-p no:cacheprovider -p no:terminal -p no:faulthandler -p no:logging -p no:warnings
-p no:unraisableexception -p no:threadexception --capture=no --import-mode=importlib --strict-markers
--assert=plain --disable-plugin-autoload
""".split()


class SuiteSession:
    """A pytest session that stays open in a thread of its own and judges one student after another.

    pytest owns its loop, so the loop waits for students in ``pytest_runtestloop``. Raises SuiteError if the
    suite cannot be collected. A recorder keeps all that the suite asks a student's functions.
    """

    def __init__(self, bundle: Bundle, recorder: Recorder | None = None) -> None:
        self._plugin = HiddenSuite(bundle, reference_functions(bundle), recorder)
        _forget_other_suites()
        self._folder = Scratch(PURPOSE)
        for name, content in bundle.suite:
            (self.folder / name).write_bytes(content)
        (self.folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
        self._thread = threading.Thread(target=self._run, name="hidden suite", daemon=True)
        self._thread.start()
        try:
            self._answer()
        except BaseException:
            self.close()
            raise

    @property
    def folder(self) -> Path:
        """Where the suite's files lie while the session is open: readable by this user only."""
        return self._folder.path

    def judge(self, student: Student, code: bytes = b"") -> Judged:
        """Run every check for one student, whose inputs are drawn for this code.

        Raises RuntimeError if the session is of no more use, which is a fault of ours.
        """
        if not self._thread.is_alive():
            raise RuntimeError("the hidden suite's session has ended")
        self._plugin.inbox.put((student, code))
        try:
            return self._answer()
        except SuiteError as error:  # the suite was collected once: the instructor cannot mend what ended it now
            raise RuntimeError(str(error)) from error

    def close(self) -> None:
        """End the session and remove the suite's files."""
        self._plugin.inbox.put(None)
        self._thread.join()
        self._folder.remove()

    def _answer(self) -> Judged:
        answer = self._plugin.outbox.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _run(self) -> None:
        folder = str(self.folder)
        arguments = [*QUIET, "-c", f"{folder}/pytest.ini", "--rootdir", folder, folder]
        try:
            code = pytest.main(arguments, plugins=[self._plugin, fixtures])
            reason = "\n".join(self._plugin.broken) or f"pytest ended with {code!s}"
            self._plugin.outbox.put(SuiteError(f"the hidden suite's session ended: {reason}"))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._plugin.outbox.put(error)


def _forget_other_suites() -> None:
    """Drop the modules of earlier suites from the import system: another suite may use the same file names."""
    for name, module in list(sys.modules.items()):
        if f"/gradkit-{PURPOSE}-" in str(getattr(module, "__file__", None)):
            del sys.modules[name]
