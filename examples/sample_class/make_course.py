"""Writes a whole course for the sample class to be graded in, apart from your own.

    python examples/sample_class/make_course.py OUT_DIR

After running it, `OUT_DIR` holds copies of `solutions/`, `autograder/`, `assignments/` and `nbgrader_config.py`, and
the sample class in `OUT_DIR/course/submitted/`. Results and the gradebook of earlier runs stay.
"""

import argparse
import shutil
import sys
from pathlib import Path

from make_class import MARKER, NOTEBOOK, make_class

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("solutions", "autograder", "assignments")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def make_course(out: Path, *, nasty: bool = True) -> int:
    """Write the course and return how many have handed in.

    Raises:
        ValueError: `out` is something that this function has not made.
        OSError: a part cannot be read or written.
    """
    if out.exists() and not (out / MARKER).is_file() and any(out.iterdir()):
        raise ValueError(f"{out} exists and is no sample course (it has no {MARKER}): name another folder, or move it")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("Made by make_course.py, which may replace what is here.\n")
    for part in PARTS:
        shutil.rmtree(out / part, ignore_errors=True)
        shutil.copytree(ROOT / part, out / part, ignore=LEFT_OUT)
    shutil.copyfile(ROOT / "nbgrader_config.py", out / "nbgrader_config.py")
    return make_class(NOTEBOOK, out / "course" / "submitted", nasty=nasty)


def main() -> int:
    """Write the course that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description="Write a course with a sample class to grade.")
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="the folder to write")
    parser.add_argument(
        "--nasty", action=argparse.BooleanOptionalAction, default=True, help="with hostile and broken hand-ins"
    )
    options = parser.parse_args()
    try:
        count = make_course(options.out, nasty=options.nasty)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"make_course: {error}\n")
        return 1
    sys.stdout.write(f"{count} students in {options.out / 'course' / 'submitted'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
