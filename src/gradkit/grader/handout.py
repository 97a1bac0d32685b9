"""What students receive: a notebook without traces of whoever ran it, a README, and both in one zip.

This module says what a handout consists of; whether it gives a secret away is the matter of ``leaks``.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import nbformat

FLAG = "true|false"
# Everything that the metadata of a released notebook may say, by path: values as JSON, which match in full.
NOTEBOOK_METADATA = {
    "kernelspec.display_name": r'"Python 3(?: \(ipykernel\))?"',
    "kernelspec.language": '"python"',
    "kernelspec.name": '"python3"',
    "language_info.codemirror_mode.name": '"ipython"',
    "language_info.codemirror_mode.version": r"\d",
    "language_info.file_extension": r'"\.py"',
    "language_info.mimetype": '"text/x-python"',
    "language_info.name": '"python"',
    "language_info.nbconvert_exporter": '"python"',
    "language_info.pygments_lexer": '"ipython3"',
    "language_info.version": r'"3\.\d+\.\d+"',
}
CELL_METADATA = {
    "collapsed": FLAG,
    "deletable": FLAG,
    "editable": FLAG,
    "jupyter.source_hidden": FLAG,
    "nbgrader.cell_type": '"(?:code|markdown|raw)"',
    "nbgrader.checksum": '"[0-9a-f]{32}"',
    "nbgrader.grade": FLAG,
    "nbgrader.grade_id": r'"[\w-]{1,80}"',
    "nbgrader.locked": FLAG,
    "nbgrader.points": r"\d+(?:\.\d+)?",
    "nbgrader.schema_version": r"\d",
    "nbgrader.solution": FLAG,
    "nbgrader.task": FLAG,
}
# The beginning of the years that a zip can tell: the same content gives the same bytes on every day.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
README = """\
# {title}

1. Install Python 3.11 or newer, and into a virtual environment the package `gradkit` that your instructor gives you:
   `pip install .` in its folder, or `pip install` and the name of the wheel. Add JupyterLab: `pip install jupyterlab`.
2. Unpack this folder, and open the notebook in it: `jupyter lab {assignment}.ipynb`.{files}
3. Work from top to bottom. {work}
4. When all is done, choose *Kernel > Restart and Run All*: everything should run from top to bottom.
5. Hand in `{assignment}.ipynb`, this one file under this name.
{questions}"""


class Piece(NamedTuple):
    """A text of a handout: where it stands, what it says, and whether it is Python."""

    where: str
    text: str
    is_code: bool = False


def pieces(name: str, notebook: dict[str, Any]) -> Iterator[Piece]:
    """Yield every text in a notebook: the cells' sources, and whatever else is a string, with its place."""
    for number, cell in enumerate(notebook["cells"], 1):
        place = f"{name}, cell {number}"
        yield Piece(place, joined(cell["source"]), cell["cell_type"] == "code")
        rest = {key: value for key, value in cell.items() if key not in {"source", "cell_type"}}
        yield from (Piece(f"{place} ({where})", text) for where, text in _strings(rest))
    rest = {key: value for key, value in notebook.items() if key != "cells"}
    yield from (Piece(f"{name} ({where})", text) for where, text in _strings(rest))


def joined(source: str | list[str]) -> str:
    """Return a source that JSON holds as text or as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def traces(name: str, notebook: dict[str, Any], original: dict[str, Any]) -> list[str]:
    """Return one sentence for each part that a released notebook must not have: outputs, metadata, attachments.

    Args:
        name: how to call the notebook.
        notebook: the released one.
        original: the instructor's, whose pictures may be handed out where a released text shows them.
    """
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        return [f"{name}: it is not a valid notebook ({error.message}); open and save the instructor's in Jupyter."]
    found = _unexpected(f"{name}, metadata", notebook["metadata"], NOTEBOOK_METADATA)
    pictures = [cell.get("attachments", {}) for cell in original["cells"]]
    for number, cell in enumerate(notebook["cells"], 1):
        place = f"{name}, cell {number}"
        if cell.get("outputs"):
            found.append(f"{place}: it has outputs, and nbgrader should have cleared them; clear them and try again.")
        if cell.get("execution_count") is not None:
            found.append(f"{place}: it has an execution count; clear the outputs of all cells and try again.")
        found += _unexpected(f"{place}, metadata", cell["metadata"], CELL_METADATA)
        found += [f"{place}, {sentence}" for sentence in _attachments(cell, pictures)]
    return found


def readme(title: str, assignment: str, notebook: dict[str, Any], beside: Sequence[str] = ()) -> str:
    """Return what students are told to do, made from a title and the released notebook's graded cells.

    Args:
        title: of the assignment.
        assignment: its name.
        notebook: the released one.
        beside: names of the files that are handed out with it.
    """
    settings = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    rows = [f"| `{cell['grade_id']}` | {cell['points']:g} |" for cell in settings if cell.get("grade")]
    checked = any(cell.get("locked") and not cell.get("grade") for cell in settings)
    work = "Cells that say `TODO` are yours" + (
        "; after each, run the locked cells below it: they check or use what you wrote." if checked else "."
    )
    questions = "\n".join(["", "| function | points |", "|---|---|", *rows, ""]) if rows else ""
    files = f" Keep {' and '.join(f'`{name}`' for name in beside)} beside it, for `check()`." if beside else ""
    return README.format(title=title, assignment=assignment, work=work, questions=questions, files=files)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of some files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3  # on every system what Unix writes
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_STORED  # no version of a compressor can change the bytes
            archive.writestr(entry, content)
    return buffer.getvalue()


def unpack(archive: bytes) -> dict[str, bytes]:
    """Return the files in a zip, by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {entry.filename: opened.read(entry) for entry in opened.infolist()}


def _unexpected(where: str, metadata: dict[str, Any], allowed: Mapping[str, str]) -> list[str]:
    """Return a sentence for each entry of some metadata that is not on the list of what may be released."""
    return [
        f"{where} {path}: it holds {json.dumps(value)[:60]}, which no release needs; remove this entry in the"
        " instructor's notebook."
        for path, value in _leaves(metadata)
        if path not in allowed or not re.fullmatch(allowed[path], json.dumps(value))
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path, value


def _attachments(cell: dict[str, Any], pictures: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the files attached to a released cell, without the place."""
    for name, content in cell.get("attachments", {}).items():
        if not all(kind.startswith("image/") for kind in content):
            yield f"attachment {name}: it is no picture; remove it from the instructor's notebook."
        elif not any(known.get(name) == content for known in pictures):
            yield f"attachment {name}: it is not in the instructor's notebook; save that and try again."
        elif f"attachment:{name}" not in joined(cell["source"]):
            yield f"attachment {name}: the released text does not show it, so it may belong to a solution; remove it."


def _strings(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string inside a JSON value, keys included, with the path to it; lists of lines are joined."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        yield where, "".join(value)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _strings(inner, f"{where}[{at}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield where or "keys", key
            yield from _strings(inner, f"{where}.{key}" if where else key)
