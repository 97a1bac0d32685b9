"""`python -m gradkit check softmax.ipynb`: the public checks and the look at the submission, for a saved file."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gradkit.errors import GradkitError
from gradkit.facts import Facts

from . import plain
from .examine import examine
from .public import PublicChecks, checks_of
from .reports import report_of
from .submission import checks_for, inspect, read_saved

DESCRIPTION = """\
Make the public checks of a saved notebook's functions, and tell what the grader will see in the file.
Ends with 1 if something is wrong; a function that is not started is not wrong."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    asked = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not every terminal can show what a student writes
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(_check(asked.notebook, asked.function, submission=asked.submission))
    except GradkitError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gradkit", description="The student's side of gradkit.")
    commands = parser.add_subparsers(metavar="command", required=True)
    check = commands.add_parser(
        "check", help="check a saved notebook", description=DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter
    )
    check.add_argument("notebook", type=Path, help="the file, such as softmax.ipynb")
    check.add_argument("function", nargs="*", help="check only these functions")
    check.add_argument("--submission", action="store_true", help="tell what the grader will see, without checks")
    return parser


def _check(path: Path, functions: Sequence[str], *, submission: bool) -> bool:
    """Print what is asked for; return whether something is wrong."""
    wrong = False
    if functions or not submission:
        wrong = _check_functions(path, functions)
    if submission or not functions:
        report = inspect(path)
        print(plain.submission_text(report))
        wrong |= report.to_mend > 0
    return wrong


def _check_functions(path: Path, functions: Sequence[str]) -> bool:
    notebook = read_saved(path)
    public: PublicChecks | None = checks_for(path, notebook)
    if public is None or not set(functions) <= public.lessons.keys():
        public = checks_of(functions, path.resolve().parent)
    wrong = False
    graded = list(public.lessons)
    for name in functions or graded:
        facts = Facts(dict(notebook.code()), graded, notebook.remarks(graded))
        report = report_of(name, examine(name, notebook.code(), public, facts=facts), public)
        print(plain.function_text(report), end="\n\n")
        wrong |= report.failed
    return wrong
