"""What the running notebook knows: the cells that were executed, and where its file is."""

import os
from pathlib import Path
from typing import Any

from gradkit.errors import CheckError

CALLED = "In [{}]"
"""How a cell that was executed is called: by the number in front of it."""


def executed_cells() -> list[tuple[int, str]]:
    """Return number and source of each cell that was executed, in that order; raises CheckError outside a notebook."""
    history = _shell().history_manager
    # As they were typed: IPython's translation hides what stands below a line such as %%time.
    sources = history.input_hist_raw if history is not None else []
    return [(number, source) for number, source in enumerate(sources) if source]


def notebook_path(assignments: list[str]) -> Path:
    """Return where the running notebook's file is; raises CheckError if nothing tells.

    Args:
        assignments: names of assignments whose public checks lie in the current folder.
    """
    told = [_shell().user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    places = [Path(name) for name in told if name]
    # A server names the file as it sees it from its own folder: here it is known by its last part.
    places += [Path(place.name) for place in places] + [Path(f"{name}.ipynb") for name in assignments]
    for place in places:
        if place.suffix == ".ipynb" and place.is_file():
            return place
    raise CheckError('name the notebook, as in check.submission("softmax.ipynb"): nothing tells where its file is')


def show(html: str, text: str) -> None:
    """Show a report below the cell that is being executed, as HTML where that can be shown."""
    from IPython.display import display

    display({"text/html": html, "text/plain": text}, raw=True)  # type: ignore[no-untyped-call]


def _shell() -> Any:
    try:
        from IPython import get_ipython
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is None:
        raise CheckError(
            "check() looks at the cells that were run in a notebook, and this is none; in a terminal type"
            " `python -m gradkit check softmax.ipynb`"
        )
    return shell
