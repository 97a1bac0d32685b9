"""Reading untrusted notebooks: what can be read is, and everything else gets one clear sentence."""

import codecs
import hashlib
import json

import pytest

from gradkit import notebook
from gradkit.errors import SubmissionError
from gradkit.notebook import Cell, read_notebook


def cell(source, kind="code", **nbgrader):
    """Return a cell as it stands in a notebook file."""
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": nbgrader} if nbgrader else {}}


def text_of(*cells, **changes):
    """Return the text of a notebook with these cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **changes})


def read(data):
    """Read a notebook that was handed in as hw.ipynb."""
    return read_notebook(data if isinstance(data, bytes) else data.encode(), "hw.ipynb")


def complaint(data):
    """Return the sentence with which a notebook is refused."""
    with pytest.raises(SubmissionError) as caught:
        read(data)
    return str(caught.value)


def test_cells_are_numbered_from_one_as_in_the_browser():
    """All cells keep their number; code() returns those that are code."""
    found = read(text_of(cell("# Title", "markdown"), cell("x = 1", grade_id="f"), cell(["a\n", "b"], "raw")))
    assert found.cells == (
        Cell(1, "markdown", "# Title", None),
        Cell(2, "code", "x = 1", "f"),
        Cell(3, "raw", "a\nb", None),
    )
    assert found.code() == [(2, "x = 1")]


def test_source_may_be_a_list_of_lines():
    """Jupyter writes a list of lines; it is one text."""
    assert read(text_of(cell(["def f():\n", "    return 1"]))).code() == [(1, "def f():\n    return 1")]


def test_sha256_is_that_of_the_file():
    """The digest is of the bytes as handed in."""
    data = text_of(cell("x")).encode()
    assert read(data).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-32"),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8 with BOM", "utf-16", "utf-16-le", "utf-32", "CRLF"],
)
def test_other_encodings_of_json_are_read(encode):
    """Editors on Windows save with a byte order mark or as UTF-16."""
    assert read(encode(text_of(cell("s = 'Grüße'")))).code() == [(1, "s = 'Grüße'")]


@pytest.mark.parametrize("source", ['"\\ud800"', '["a\\udfffb"]'])
def test_lone_surrogates_in_a_source_become_question_marks(source):
    """Half a surrogate pair, legal in JSON alone, leaves text that can be encoded."""
    text = text_of(cell("HERE")).replace('"HERE"', source)
    (found,) = read(text).cells
    assert "?" in found.source.encode("utf-8").decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "hw.ipynb is empty: save the notebook"),
        (b" \n\t ", "hw.ipynb is empty: save the notebook"),
        (b"def f(): pass", "hw.ipynb is not a notebook: its text is not JSON"),
        (b"PK\x03\x04\x00\xff\xfe", "hw.ipynb is not a notebook: its text is not JSON"),
        (b"\xff\xff\xff", "hw.ipynb is not a notebook: its text is not JSON"),
        (b'{"nbformat": 4, "cells": [', "hw.ipynb is not a notebook: its text is not JSON"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "hw.ipynb is not a notebook: its text is not JSON"),
        (b"[" * 200_000, "hw.ipynb is nested too deeply to be a notebook"),
        (b'{"a":' * 200_000, "hw.ipynb is nested too deeply to be a notebook"),
        (b"[]", "hw.ipynb is JSON but not a notebook: it has no nbformat number"),
        (b"null", "hw.ipynb is JSON but not a notebook: it has no nbformat number"),
        (b'"text"', "hw.ipynb is JSON but not a notebook: it has no nbformat number"),
        (b"{}", "hw.ipynb is JSON but not a notebook: it has no nbformat number"),
        (b'{"nbformat": "4"}', "hw.ipynb is JSON but not a notebook: it has no nbformat number"),
        (b'{"nbformat": 3, "worksheets": []}', "hw.ipynb has notebook format 3, expected 4"),
        (b'{"nbformat": 4}', "hw.ipynb is JSON but not a notebook: it has no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "hw.ipynb is JSON but not a notebook: it has no list of cells"),
        (text_of(cell("x"), "text"), "cell 2 of hw.ipynb is not a notebook cell"),
        (text_of(None), "cell 1 of hw.ipynb is not a notebook cell"),
        (text_of(cell(5)), "cell 1 of hw.ipynb has a source that is not text"),
        (text_of(cell(["a", 1])), "cell 1 of hw.ipynb has a source that is not text"),
        (text_of(cell({"a": 1})), "cell 1 of hw.ipynb has a source that is not text"),
    ],
)
def test_each_kind_of_malformed_notebook_has_its_sentence(data, sentence):
    """The student reads what is wrong, and with which file."""
    assert complaint(data).startswith(sentence)
    assert "\n" not in complaint(data)


def test_too_many_cells_are_refused():
    """The number of cells is limited, and said."""
    assert complaint(text_of(*[cell("")] * (notebook.MAX_CELLS + 1))) == (
        "hw.ipynb has 2001 cells, more than the 2000 that are read"
    )


def test_a_huge_cell_is_refused():
    """The size of a code cell is limited, and said."""
    assert complaint(text_of(cell("#" * (notebook.MAX_CELL_SOURCE + 1)))) == (
        "cell 1 of hw.ipynb has 200001 characters of code, more than the 200000 that are read"
    )


def test_too_much_code_is_refused():
    """The size of all code together is limited, and said."""
    cells = [cell("#" * notebook.MAX_CELL_SOURCE)] * 6
    assert complaint(text_of(*cells)) == "hw.ipynb holds more than 1000000 characters of code"


def test_long_text_cells_do_not_count():
    """Only code has a limit: a Markdown cell may hold a picture."""
    picture = cell("x" * (notebook.MAX_SOURCE + 1), "markdown")
    assert len(read(text_of(picture, cell("x"))).cells) == 2


@pytest.mark.parametrize("metadata", [None, [], "text", {"nbgrader": 3}, {"nbgrader": {"grade_id": 7}}])
def test_odd_metadata_gives_no_grade_id(metadata):
    """Metadata in any shape is tolerated."""
    raw = {"cell_type": "code", "source": "x", "metadata": metadata}
    assert read(text_of(raw)).cells == (Cell(1, "code", "x", None),)


def test_a_cell_without_anything_is_an_empty_one_of_no_kind():
    """Missing keys are tolerated: such a cell holds no code."""
    assert read(text_of({})).code() == []


# ---------------------------------------------------------------------- remarks

GONE = "the cell made for f is gone (or has lost its nbgrader mark)"


@pytest.mark.parametrize(
    ("cells", "remarks"),
    [
        ([cell("def f(): 1", grade_id="f")], []),
        ([cell("def f(): 1")], [GONE]),
        ([cell("x", grade_id="g")], [GONE]),
        (
            [cell("def f(): 1", grade_id="f"), cell("x"), cell("def f(): 2", grade_id="f")],
            ["the cell made for f was copied: it is there as cells 1, 3; the last one counts"],
        ),
        (
            [cell("text\n def f(x):", "markdown", grade_id="f")],
            ["cell 1 holds f but is a markdown cell: change it to Code"],
        ),
        ([cell("def f(x):", "raw")], [GONE, "cell 1 holds f but is a raw cell: change it to Code"]),
        ([cell("Write `def f(x)` here", "markdown"), cell("", grade_id="f")], []),
        ([cell("def f2(x):", "markdown"), cell("", grade_id="f")], []),
    ],
    ids=["as made", "mark lost", "gone", "copied", "now markdown", "now raw", "mentioned", "another function"],
)
def test_remarks_say_what_is_odd_about_the_cells(cells, remarks):
    """A cell that is gone, copied or no longer code is remarked on for its function."""
    assert read(text_of(*cells)).remarks(["f"]) == {"f": remarks}


def test_a_name_is_taken_literally():
    """A function's name is not read as a pattern."""
    assert read(text_of(cell("def fxg():", "markdown"))).remarks(["f.g"]) == {
        "f.g": ["the cell made for f.g is gone (or has lost its nbgrader mark)"]
    }


@pytest.mark.parametrize("kind", ['"\\ud800"', '"' + "x" * 100_000 + '"', "[[1]]"])
def test_a_cell_type_from_the_student_is_not_repeated(kind):
    """Remarks enter the result file: they must be short and possible to encode."""
    text = text_of(cell("def f(): 1", "KIND")).replace('"KIND"', kind)
    remarks = read(text).remarks(["f"])["f"]
    assert all(len(remark.encode("utf-8")) < 1000 for remark in remarks)
