"""`check`, as students use it in a notebook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradkit.errors import SubmissionError
from gradkit.facts import Facts

from . import kernel, page, plain
from .examine import examine
from .public import checks_of, find_checks
from .reports import report_of
from .submission import inspect


class Checker:
    """What `check` is: call it with the names of functions, or ask it about the submission.

    Example:
        check("softmax_loss_vectorized")  # what is right and what is wrong, in a second
        check()                           # every function of the assignment
        check.submission()                # what the grader will see in the saved file
    """

    def __call__(self, *functions: str | Callable[..., Any]) -> None:
        """Show the public checks of some functions, as they were defined by the cells run so far.

        Args:
            functions: names of graded functions; without any, all of the assignment.

        Raises:
            CheckError: there are no public checks of a function, or this is no notebook.
        """
        names = [function if isinstance(function, str) else function.__name__ for function in functions]
        cells = kernel.executed_cells()
        public = checks_of(names, Path.cwd())
        for name in names or public.lessons:
            facts = Facts(dict(cells), list(public.lessons), {}, cell_is_called=kernel.CALLED)
            report = report_of(name, examine(name, cells, public, facts=facts), public)
            kernel.show(page.function_page(report), plain.function_text(report))

    def submission(self, path: str | Path | None = None) -> None:
        """Show what the grader will see in the notebook's saved file, and what there is to mend.

        Args:
            path: of the file; by default that of the running notebook.

        Raises:
            SubmissionError: something is to be mended before the file is handed in, or it cannot be read.
            CheckError: nothing tells where the file is.
        """
        ran = kernel.executed_cells()
        found = [public.assignment for public in find_checks(Path.cwd())]
        report = inspect(Path(path) if path is not None else kernel.notebook_path(found), ran=ran)
        kernel.show(page.submission_page(report), plain.submission_text(report))
        if report.to_mend:
            raise SubmissionError(f"{report.file}: {report.verdict()}; see the list above")

    def __repr__(self) -> str:
        """Say how it is used: who types `check` alone wants to know."""
        return 'check("name_of_a_function") shows its public checks; check.submission() looks at the saved file'


check = Checker()
