"""Writes a sample class: submissions of every quality, from perfect to hostile, laid out as nbgrader does.

    python examples/sample_class/make_class.py OUT_DIR

Every student is described in `right.py`, `wrong.py`, `unfinished.py`, `hostile.py` or `files.py`, together
with what grading them must bring; `students()` returns them all.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import files
import hostile
import right
import unfinished
import wrong
from student import SampleStudent

MARKER = ".sample-class"
NOTEBOOK = Path(__file__).resolve().parents[2] / "assignments" / "softmax" / "softmax.ipynb"


def students(*, nasty: bool = True) -> list[SampleStudent]:
    """Return the students of the class, with or without the nasty ones."""
    modules = (right, wrong, unfinished, hostile, files) if nasty else (right, wrong, unfinished)
    return [student for module in modules for student in module.STUDENTS]


def make_class(notebook: Path, out: Path, *, nasty: bool = True) -> int:
    """Write `out/<student>/softmax/` for every student and return how many there are.

    The folder appears complete or not at all. An earlier sample class in its place is replaced.

    Raises:
        ValueError: `out` is something that this function has not made.
        OSError: the notebook cannot be read or the folder cannot be written.
    """
    template = json.loads(notebook.read_text(encoding="utf-8"))
    if (out.exists() or out.is_symlink()) and (out.is_symlink() or not (out / MARKER).is_file()):
        raise ValueError(f"{out} exists and is no sample class (it has no {MARKER}): name another folder, or move it")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-", ignore_cleanup_errors=True) as work:
        fresh = Path(work) / "fresh"
        fresh.mkdir()
        class_list = students(nasty=nasty)
        for student in class_list:
            folder = fresh / student.name / "softmax"
            folder.mkdir(parents=True)
            student.write(folder, template)
        (fresh / MARKER).write_text("Made by make_class.py, which may replace this folder.\n")
        if out.exists():
            out.rename(Path(work) / "earlier")
        fresh.rename(out)
    return len(class_list)


def main() -> int:
    """Write the class that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description="Write a sample class of submissions to grade.")
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="the folder to write, one folder a student")
    parser.add_argument("--notebook", type=Path, default=NOTEBOOK, help="the student notebook to fill in")
    parser.add_argument(
        "--nasty",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="with hostile and broken hand-ins",
    )
    options = parser.parse_args()
    try:
        count = make_class(options.notebook, options.out, nasty=options.nasty)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"make_class: {error}\n")
        return 1
    sys.stdout.write(f"{count} students in {options.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
