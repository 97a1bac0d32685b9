"""The reference functions: extracted from the instructor's notebook, they exist nowhere else."""

from collections.abc import Callable
from typing import Any

from gradkit.definitions.cells import slice_cells
from gradkit.notebook import read_notebook

from .course import Bundle
from .errors import SuiteError


def reference_functions(bundle: Bundle) -> dict[str, Callable[..., Any]]:
    """Return the reference functions, taken from the instructor's notebook; raises SuiteError."""
    notebook = read_notebook(bundle.notebook, f"solutions/{bundle.assignment}")
    sliced = slice_cells(notebook.code(), bundle.graded)
    namespace: dict[str, Any] = {"__name__": f"reference_{bundle.assignment}"}
    for statement in sliced.statements:
        try:
            exec(statement.code, namespace)  # noqa: S102 - the instructor's own notebook
        except Exception as error:
            place = f"cell {statement.cell}, line {statement.line}"
            raise SuiteError(
                f"the notebook of {bundle.assignment} fails in {place}: {type(error).__name__}: {error}"
            ) from error
    missing = [name for name in bundle.graded if not callable(namespace.get(name))]
    if missing:
        raise SuiteError(
            f"the notebook of {bundle.assignment} has no function {', '.join(missing)}:"
            " a graded cell's grade_id must be the name of the function it defines"
        )
    return {name: namespace[name] for name in bundle.graded}
