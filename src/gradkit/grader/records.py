"""What gradings were made from, kept by digest: ``course/records``. With it a grade can be given again years later.

::

    bundles/<sha256>.json          settings, suite, reference and seed of a class that was graded: secret
    notebooks/<sha256>.ipynb.gz    a hand-in, as it was; a later one of the same student does not replace it
"""

import gzip
import hashlib
from pathlib import Path

import msgspec

from gradkit.notebook import MAX_FILE

from .course import Bundle, Submission
from .errors import CourseError
from .model import SubmissionResult
from .results import replace_private

FAST = 1
"""gzip's quickest level: a class must not wait for its archive."""


class Records:
    """The records of one course, which only their owner can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep_bundle(self, bundle: Bundle) -> None:
        """Keep what a class is graded with; raises OSError if that cannot be done."""
        self._keep(self._bundle_path(bundle.sha256), msgspec.json.encode(bundle))

    def keep_notebook(self, submission: Submission) -> None:
        """Keep a hand-in, if there is one; raises OSError if that cannot be done."""
        path = self._notebook_path(submission.sha256)
        if submission.notebook and not path.exists():
            self._keep(path, gzip.compress(submission.notebook, FAST, mtime=0))

    def bundle_of(self, result: SubmissionResult) -> Bundle:
        """Return what a result was graded with; raises CourseError if it was not kept, or was changed."""
        path = self._bundle_path(result.bundle_sha256)
        try:
            bundle = msgspec.json.decode(path.read_bytes(), type=Bundle)
        except OSError as error:
            raise CourseError(_lost("suite and reference", result, path, error)) from None
        except (ValueError, msgspec.MsgspecError) as error:
            raise CourseError(f"{path} is damaged ({error}): restore it from a backup") from None
        if bundle.digest(result.versions.get("gradkit", "")) != result.bundle_sha256:
            raise CourseError(f"{path} is not what its name says: somebody changed it; restore it from a backup")
        return bundle

    def notebook_of(self, result: SubmissionResult) -> bytes:
        """Return the notebook that a result is about; raises CourseError if it was not kept, or was changed."""
        path = self._notebook_path(result.notebook_sha256)
        try:
            with gzip.open(path) as file:
                notebook = file.read(MAX_FILE + 1)
        except (OSError, EOFError) as error:
            raise CourseError(_lost("notebook", result, path, error)) from None
        if hashlib.sha256(notebook).hexdigest() != result.notebook_sha256:
            raise CourseError(f"{path} is not what its name says: somebody changed it; restore it from a backup")
        return notebook

    def _keep(self, path: Path, content: bytes) -> None:
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_private(path, content)

    def _bundle_path(self, sha256: str) -> Path:
        return self.folder / "bundles" / f"{_name(sha256)}.json"

    def _notebook_path(self, sha256: str) -> Path:
        return self.folder / "notebooks" / f"{_name(sha256)}.ipynb.gz"


def _name(sha256: str) -> str:
    """Return a digest if it is one: in a result file there may stand anything."""
    return sha256 if len(sha256) == 64 and set(sha256) <= set("0123456789abcdef") else "no-digest"


def _lost(what: str, result: SubmissionResult, path: Path, error: Exception) -> str:
    why = getattr(error, "strerror", None) or str(error)
    return (
        f"the {what} with which {result.student!r} was graded cannot be read: {path} ({why})."
        " They are kept when a class is graded: replay in the course where that was done, or restore it from a backup"
    )
