"""What lies in ``assignments/``: released folders and their zips, compared and put in place in one step each."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import CourseError

CHECKPOINTS = ".ipynb_checkpoints"
"""Jupyter makes this folder, nbgrader leaves it out."""


def zip_of(folder: Path) -> Path:
    """Return where the zip of a released folder lies."""
    return folder.with_name(f"{folder.name}.zip")


def differences(
    folder: Path, files: Mapping[str, bytes], archive: bytes, *, missing_zip_differs: bool
) -> tuple[bool, bool]:
    """Return whether the released folder and the zip differ; raises CourseError for a file that is not ours."""
    packed = zip_of(folder)
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    others = sorted(there - {*files, CHECKPOINTS})
    if others:
        raise CourseError(f"{folder} holds {', '.join(others)}, which no release puts there: move it away")
    changed_zip = packed.read_bytes() != archive if packed.exists() else missing_zip_differs
    same = all(name in there and (folder / name).read_bytes() == content for name, content in files.items())
    return not same, changed_zip


@contextmanager
def alone(parent: Path) -> Iterator[None]:
    """Wait until no other release writes below a folder, and remove what a killed one left there."""
    parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in (*parent.glob(".*.release-new"), *parent.glob(".*.release-old")):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield
    finally:
        os.close(descriptor)


def put_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder with some files in the place of another, so that a reader finds one of the two."""
    fresh, old = (target.with_name(f".{target.name}.release-{kind}") for kind in ("new", "old"))
    fresh.mkdir()
    for name, content in files.items():
        (fresh / name).write_bytes(content)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def put_zip(target: Path, archive: bytes) -> None:
    """Put a zip in the place of another, in one step."""
    fresh = target.with_name(f".{target.name}.release-new")
    fresh.write_bytes(archive)
    fresh.replace(target)
