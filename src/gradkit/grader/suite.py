"""Keeps a hidden suite's pytest session open: collected once, run again for student after student.

pytest owns its loop, so the session lives in a thread and its loop waits there for the next student.
"""

import sys
import tempfile
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
from .verdict import Judged

FOLDER_PREFIX = "gradkit-suite-"
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
        self._folder = tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX)
        for name, content in bundle.suite:
            Path(self._folder.name, name).write_bytes(content)
        Path(self._folder.name, "pytest.ini").write_text("[pytest]\npythonpath = .\n")
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
        return Path(self._folder.name)

    def judge(self, student: Student) -> Judged:
        """Run every check for one student."""
        self._plugin.inbox.put(student)
        return self._answer()

    def close(self) -> None:
        """End the session and remove the suite's files."""
        self._plugin.inbox.put(None)
        self._thread.join()
        self._folder.cleanup()

    def _answer(self) -> Judged:
        answer = self._plugin.outbox.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _run(self) -> None:
        folder = self._folder.name
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
        if f"/{FOLDER_PREFIX}" in str(getattr(module, "__file__", None)):
            del sys.modules[name]
