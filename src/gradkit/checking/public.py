"""Finds and reads an assignment's public checks: an ordinary Python file beside the notebook.

`<assignment>_checks.py` has a dict LESSONS, from each graded function to the heading of the notebook that explains it,
and functions marked with `public_check`. Each takes the student's function, raises NotYet if something is not yet
right, and may return the table of a gradient check.
"""

import runpy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gradkit.errors import CheckError

ENDING = "_checks.py"
Run = Callable[[Callable[..., Any]], Any]


class PublicCheck(NamedTuple):
    """One public check: its name, what it looks at in a sentence, and the checks that must have passed before."""

    name: str
    description: str
    functions: tuple[str, ...]
    needs: tuple[str, ...]
    run: Run


class PublicChecks(NamedTuple):
    """The public checks of an assignment.

    Attributes:
        path: the file they are in.
        lessons: the notebook's heading that explains each function.
        checks: all of them, in the order of the file.
    """

    path: Path
    lessons: Mapping[str, str]
    checks: tuple[PublicCheck, ...]

    @property
    def assignment(self) -> str:
        """The assignment's name, which is also that of its notebook."""
        return self.path.name.removesuffix(ENDING)

    @property
    def fingerprints(self) -> Path:
        """The file with the behaviour of known mistakes, from which a diagnosis is made; it may be missing."""
        return self.path.with_name(f"{self.assignment}_fingerprints.json")

    def of(self, function: str) -> list[PublicCheck]:
        """Return the checks of one function."""
        return [check for check in self.checks if function in check.functions]


def public_check(*functions: str, needs: str | Iterable[str] = ()) -> Callable[[Run], Run]:
    """Mark a function as a public check of some graded functions; its docstring's first line says what it looks at.

    Args:
        functions: names of the graded functions.
        needs: name or names of checks that must have passed, else this one is not judged.
    """

    def attach(run: Run) -> Run:
        description = (run.__doc__ or run.__name__).strip().split("\n")[0]
        earlier = (needs,) if isinstance(needs, str) else tuple(needs)
        run.public_check = PublicCheck(run.__name__, description, functions, earlier, run)  # type: ignore[attr-defined]
        return run

    return attach


def load_checks(path: Path) -> PublicChecks:
    """Return the public checks in a file; raises CheckError if there is something wrong with it."""
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        raise CheckError(
            f"{path.name} cannot be used ({type(error).__name__}: {error}): fetch it anew from your course"
        ) from error
    lessons = names.get("LESSONS")
    if not isinstance(lessons, dict):
        raise CheckError(f"{path.name} has no LESSONS, a dict from function to heading: fetch it anew from your course")
    marked = [value.public_check for value in names.values() if hasattr(value, "public_check")]
    return PublicChecks(path, lessons, tuple(check for check in marked if isinstance(check, PublicCheck)))


def find_checks(folder: Path) -> list[PublicChecks]:
    """Return the public checks of each assignment whose file is in a folder."""
    return [load_checks(path) for path in sorted(folder.glob(f"*{ENDING}"))]


def checks_of(functions: Iterable[str], folder: Path) -> PublicChecks:
    """Return the public checks in a folder that know some functions; raises CheckError, which says what there is.

    With no functions at all, there must be one file only.
    """
    wanted = list(functions)
    found = find_checks(folder)
    if not found:
        raise CheckError(
            f"there are no public checks here: expected a file such as softmax{ENDING} in {folder}, beside the"
            " notebook; copy it there from what your course handed out"
        )
    fitting = [checks for checks in found if all(name in checks.lessons for name in wanted)]
    known = ", ".join(name for checks in found for name in checks.lessons)
    if not fitting:
        raise CheckError(f"there are no public checks of {', '.join(wanted)}; there are of {known}")
    if not wanted and len(fitting) > 1:
        raise CheckError(f"this folder has the checks of {len(fitting)} assignments: name one of {known}")
    return fitting[0]
