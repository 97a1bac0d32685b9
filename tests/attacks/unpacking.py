"""Takes an archive the way `nbgrader zip_collect` does, and notices what it leaves outside of its folder."""

import hashlib
import logging
import os
import shutil
import stat
from pathlib import Path

from gradkit.grader.course import Submission
from gradkit.grader.hand_ins import hand_in


def unpacked(folder: Path) -> tuple[Submission, list[str]]:
    """Return the hand-in in the archives of a folder, and what whoever collects is told about them.

    Raises OSError if anything beside the folder for unpacked files is changed.
    """
    from gradkit.grader.nbgrader.zip_extractor import CarefulExtractor  # takes a second, which few attacks need

    archives, target = folder.parent, folder.parent.parent / "extracted"
    before = _listing(archives.parent, target)
    told: list[str] = []
    extractor = CarefulExtractor()
    extractor.log = logging.Logger("collecting")
    extractor.log.addHandler(_Told(told))
    target.mkdir()
    try:
        extractor.extract(str(archives), str(target))
    except SystemExit:
        told.append("Nothing was collected.")
    if _listing(archives.parent, target) != before:
        raise OSError("the archive changed files outside of the folder into which it was unpacked")
    odd = [path for path in target.rglob("*") if stat.S_IFMT(path.lstat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR)]
    if odd:
        raise OSError(f"the archive became {odd[0]}, which is no plain file")
    taken = archives.parent / "taken" / "attacker" / "softmax"
    taken.mkdir(parents=True)
    for path in sorted(target.rglob("softmax.ipynb")):
        shutil.copyfile(path, taken / "softmax.ipynb")
    return hand_in(taken.parent, "softmax"), told


class _Told(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


def _listing(folder: Path, without: Path) -> dict[str, str]:
    """Return a digest of every file below a folder, by its path."""
    found = {}
    for path in folder.rglob("*"):
        if path != without and without not in path.parents:
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[os.fsdecode(path)] = hashlib.sha256(content).hexdigest()
    return found
