"""The ground on which attacks are made: a course, a secret, a neighbour's hand-in, a folder open to everybody.

Everybody on this machine may read all of it: what keeps it secret is the sandbox.
"""

import os
import shutil
from pathlib import Path

from .attack import NAIVE, VECTORIZED, code, notebook_of
from .tools import RIGHT

ROOT = Path(__file__).parents[2]


def furnish(root: Path) -> None:
    """Put everything into an empty folder."""
    root.chmod(0o755)
    (root / "scratch").mkdir(mode=0o711)
    course_in(root)
    secret_file(root).parent.mkdir()
    secret_file(root).write_text("secret-" + os.urandom(8).hex())
    neighbours_file(root).parent.mkdir(parents=True)
    neighbours_file(root).write_bytes(neighbours_notebook(root))
    open_folder(root)


def course_in(root: Path) -> None:
    """Put a copy of the course into a folder; its seed will be one of its own."""
    for folder in ("solutions", "autograder"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder / "softmax", root / folder / "softmax", ignore=ignored)


def secret_file(root: Path) -> Path:
    """Return where the secret lies, which stands for the hidden suite."""
    return root / "secrets" / "hidden_test.py"


def neighbours_file(root: Path) -> Path:
    """Return where a neighbour's notebook lies."""
    return root / "submitted" / "neighbour" / "softmax" / "softmax.ipynb"


def neighbours_notebook(root: Path) -> bytes:
    """Return a right notebook that says the secret, which is its author's own work."""
    words = code(f"# My own work: {secret_file(root).read_text()}")
    return notebook_of(words, *(code(RIGHT.replace("{name}", name), name) for name in (NAIVE, VECTORIZED)))


def open_folder(root: Path) -> Path:
    """Return a folder that anybody may write to, in which there is one file."""
    folder = root / "open"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "there").touch()
    folder.chmod(0o777)
    return folder
