"""Hand-ins that are odd as files: broken, huge, linked, unreadable, or in folders with awkward names."""

import os
from collections.abc import Callable
from pathlib import Path

from right import NAIVE_LOOPS, TEXTBOOK
from student import Deserved, Edit, SampleStudent, answers, edited, new_cell

NOTEBOOK = "softmax.ipynb"
MEGABYTE = 2**20

right_answers = answers(NAIVE_LOOPS, TEXTBOOK)
right_notebook = edited(right_answers)
untouched_notebook = edited()


def content(data: bytes) -> Callable[[Path, dict], None]:
    """Return a writer of a notebook file with just these bytes."""
    return lambda folder, template: (folder / NOTEBOOK).write_bytes(data) and None


def reencoded(encoding: str) -> Callable[[Path, dict], None]:
    """Return a writer of the right notebook in another encoding."""

    def write(folder: Path, template: dict) -> None:
        right_notebook(folder, template)
        text = (folder / NOTEBOOK).read_text(encoding="utf-8")
        (folder / NOTEBOOK).write_bytes(text.encode(encoding))

    return write


def huge_outputs(folder: Path, template: dict) -> None:
    """Write the right notebook with 55 MB of printed output."""
    right_notebook(folder, template)
    text = (folder / NOTEBOOK).read_text(encoding="utf-8")
    output = '"outputs": [{"output_type": "stream", "name": "stdout", "text": "%s"}]' % ("x" * 55 * MEGABYTE)
    (folder / NOTEBOOK).write_text(text.replace('"outputs": []', output, 1), encoding="utf-8")


def many_cells(notebook: dict) -> None:
    """Add 20,000 cells."""
    notebook["cells"] += [new_cell("x = 1", f"many-{n}") for n in range(20_000)]


def long_line(notebook: dict) -> None:
    """Add a cell of one line with five million characters."""
    notebook["cells"].append(new_cell("x = '" + "x" * 5_000_000 + "'", "long-line"))


def long_expression(notebook: dict) -> None:
    """Add a cell whose expression is nested more deeply than Python's parser goes."""
    notebook["cells"].append(new_cell("x = " + "(" * 50_000 + ")" * 50_000, "long-expression"))


def zero_byte(notebook: dict) -> None:
    """Add a cell with a zero byte, which is no Python."""
    notebook["cells"].append(new_cell("x = '\0'", "zero-byte"))


def lone_surrogates(notebook: dict) -> None:
    """Add a cell with half of a surrogate pair, which JSON can hold and UTF-8 cannot."""
    notebook["cells"].append(new_cell("x = '\ud800'", "surrogate"))


def odd_metadata(notebook: dict) -> None:
    """Give the cells that ask for no answer metadata of the wrong type."""
    for cell in notebook["cells"]:
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"] = ["not", "a", "mapping"]


def several(names: tuple[str, ...]) -> Callable[[Path, dict], None]:
    """Return a writer of the right notebook under the first name, of the untouched one under the others."""

    def write(folder: Path, template: dict) -> None:
        for number, name in enumerate(names):
            (untouched_notebook if number else right_notebook)(folder, template)
            (folder / NOTEBOOK).rename(folder / f".{name}")
        for name in names:
            (folder / f".{name}").rename(folder / name)

    return write


def extra_files(folder: Path, template: dict) -> None:
    """Write the right notebook beside things that a grader must not touch or follow."""
    right_notebook(folder, template)
    (folder / "conftest.py").write_text("raise SystemExit('conftest.py of a student was run')\n")
    (folder / "numpy.py").write_text("raise SystemExit('numpy.py of a student was imported')\n")
    (folder / "test_softmax.py").write_text("def test_everything(): pass\n")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "softmax-checkpoint.ipynb").write_text("{}")
    (folder / "data").symlink_to("/")


def unreadable(folder: Path, template: dict) -> None:
    """Write the right notebook and take away the permission to read it."""
    right_notebook(folder, template)
    (folder / NOTEBOOK).chmod(0)


def linked_student(folder: Path, template: dict) -> None:
    """Replace the student's folder by a link to another student's."""
    student = folder.parent
    folder.rmdir()
    student.rmdir()
    student.symlink_to("right-textbook")


def linked_assignment(folder: Path, template: dict) -> None:
    """Replace the assignment's folder by a link to another student's."""
    folder.rmdir()
    folder.symlink_to("../right-textbook/softmax")


def _student(
    name: str, write: Callable[[Path, dict], None], problem: str = "", deserves: Deserved = "none"
) -> SampleStudent:
    """Return a student who cannot be judged if a problem is given, and deserves full marks if not."""
    if problem:
        return SampleStudent(name, "nasty", write, deserves, deserves, judged=False, problem=problem)
    return SampleStudent(name, "nasty", write)


def _with_cell(name: str, edit: Edit, problem: str = "") -> SampleStudent:
    return _student(name, edited(right_answers, edit), problem)


BROKEN = (
    _student("nasty-not-json", content(b"My answers are in the other file, sorry.\n"), "json"),
    _student("nasty-json-but-no-notebook", content(b'{"answers": [1, 2, 3]}\n'), "not a notebook"),
    _student("nasty-json-list", content(b"[]\n"), "not a notebook"),
    _student("nasty-cells-are-numbers", content(b'{"nbformat": 4, "nbformat_minor": 5, "cells": [1, 2]}\n'), "cell"),
    _student("nasty-format-3", content(b'{"nbformat": 3, "worksheets": []}\n'), "format 3"),
    _student("nasty-empty-file", content(b""), "empty"),
    _student("nasty-half-a-file", content(b'{"nbformat": 4, "cells": [{"cell_type": "code", "sou'), "json"),
    _student("nasty-binary-file", content(bytes(range(256)) * 16), "notebook"),
    _student("nasty-nested-json", content(b'{"cells":' + b"[" * 100_000), "nested"),
    _student("nasty-huge-number", content(b'{"nbformat": ' + b"9" * 100_000 + b"}"), "notebook"),
    _student("nasty-huge-outputs", huge_outputs, "mb"),
    _with_cell("nasty-many-cells", many_cells, "cells"),
    _with_cell("nasty-long-line", long_line, "characters"),
    _with_cell("nasty-nested-expression", long_expression),
    _with_cell("nasty-zero-byte", zero_byte),
    _with_cell("nasty-lone-surrogates", lone_surrogates),
    _with_cell("nasty-odd-metadata", odd_metadata),
    _student("nasty-utf-16", reencoded("utf-16")),
    _student("nasty-byte-order-mark", reencoded("utf-8-sig")),
)

NO_PLAIN_FILE = (
    _student("nasty-nothing-handed-in", lambda folder, template: None, "missing"),
    _student("nasty-other-file-name", several(("homework.ipynb", "final (2).ipynb")), "missing"),
    _student("nasty-several-notebooks", several((NOTEBOOK, "softmax-Copy1.ipynb", "softmax (1).ipynb"))),
    _student("nasty-extra-files", extra_files),
    _student("nasty-linked-notebook", lambda folder, _: (folder / NOTEBOOK).symlink_to("/etc/passwd"), "link"),
    _student("nasty-linked-student", linked_student, "link"),
    _student("nasty-linked-assignment", linked_assignment, "link"),
    _student("nasty-folder-for-a-notebook", lambda folder, _: (folder / NOTEBOOK).mkdir(), "not a file"),
    _student("nasty-pipe-for-a-notebook", lambda folder, _: os.mkfifo(folder / NOTEBOOK), "not a file"),
    *(  # the super-user may read everything
        [_student("nasty-unreadable", unreadable, "cannot be read")] if os.geteuid() else []
    ),
)

AWKWARD_NAMES = tuple(
    _student(name, right_notebook)
    for name in (
        "nasty name with spaces ",
        "nasty-é-中文-🎓",
        "nasty-" + "long" * 48 + "er",
        "-rf",
        "=1+1",
        "nasty-[bold red]markup[reset]",
        "nasty-<script>alert(1)",
        "nasty-&amp;'\"quotes",
        "nasty,comma;semicolon",
        "nasty-%s-{0}-$HOME-`id`",
        "nasty-two\nlines",
        "nasty-tab\tand-escape-\x1b[31m",
    )
)

STUDENTS = (*BROKEN, *NO_PLAIN_FILE, *AWKWARD_NAMES)
