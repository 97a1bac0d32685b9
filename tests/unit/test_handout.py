"""What students receive: nothing in the notebook but what belongs there, and a zip that is the same everywhere."""

import copy
import io
import json
import zipfile
from pathlib import Path

import pytest

from gradkit.grader.handout import pack, pieces, readme, traces, unpack

ROOT = Path(__file__).parents[2]
RELEASED = json.loads((ROOT / "assignments/softmax/softmax.ipynb").read_text())
PICTURE = {"ring.png": {"image/png": "iVBORw0KGgo="}}


def changed(cell=13, **parts):
    """Return the real release with some parts of one cell, counted from 0, replaced."""
    notebook = copy.deepcopy(RELEASED)
    notebook["cells"][cell] |= parts
    return notebook


def with_metadata(**entries):
    """Return the real release with more metadata of its own."""
    return RELEASED | {"metadata": RELEASED["metadata"] | entries}


def test_the_real_release_has_no_traces():
    """The committed student version is accepted as it is."""
    assert traces("softmax.ipynb", RELEASED, RELEASED) == []


@pytest.mark.parametrize(
    ("notebook", "said"),
    [
        (changed(outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}]), "cell 14: it has outputs"),
        (changed(execution_count=7), "cell 14: it has an execution count"),
        (changed(metadata={"papermill": {"start_time": "2026"}}), "cell 14, metadata papermill.start_time: it holds"),
        (changed(metadata={"answer": ["loss = 1"]}), 'cell 14, metadata answer: it holds ["loss = 1"]'),
        (changed(metadata={"nbgrader": {"comment": "see page 3"}}), "metadata nbgrader.comment: it holds"),
        (changed(metadata={"nbgrader": {"grade_id": "loss = 1"}}), "metadata nbgrader.grade_id: it holds"),
        (changed(metadata={"execution": {"iopub.status.busy": "2026-01-01"}}), "metadata execution.iopub.status.busy"),
        (
            with_metadata(kernelspec={"name": "python3", "display_name": "ada's env"}),
            "metadata kernelspec.display_name",
        ),
        (with_metadata(kernelspec={"name": "p", "display_name": "Python 3"}), "metadata kernelspec.name: it holds"),
        (with_metadata(papermill={"input_path": "/home/ada/s.ipynb"}), "metadata papermill.input_path: it holds"),
        (with_metadata(authors=[{"name": "Ada"}]), "metadata authors: it holds"),
        (changed(surprise=1), "it is not a valid notebook"),
        (RELEASED | {"notes": "x"}, "it is not a valid notebook"),
        (changed(12, attachments=PICTURE), "cell 13, attachment ring.png: it is not in the instructor's notebook"),
        (changed(12, attachments={"a.txt": {"text/plain": "x"}}), "cell 13, attachment a.txt: it is no picture"),
    ],
)
def test_traces(notebook, said):
    """Each part that does not belong there is told in one sentence with its place and what to do."""
    (sentence,) = traces("softmax.ipynb", notebook, RELEASED)
    assert sentence.startswith("softmax.ipynb")
    assert said in sentence
    assert "; " in sentence


def test_a_picture_is_handed_out_where_the_text_shows_it():
    """An attachment of a solution is not: clearing the text leaves it behind."""
    shown = changed(12, attachments=PICTURE, source="![a ring](attachment:ring.png)")
    assert traces("n", shown, shown) == []
    left_behind = changed(12, attachments=PICTURE)
    assert "it may belong to a solution" in traces("n", left_behind, shown)[0]


def test_pieces_name_every_place():
    """Sources are one text each; everything else is named by its path."""
    cell = {"cell_type": "code", "source": ["a\n", "b"], "id": "x", "metadata": {}, "outputs": [{"text": ["c", "d"]}]}
    found = [(where, text, code) for where, text, code in pieces("n", {"cells": [cell], "metadata": {"k": "v"}})]
    assert ("n, cell 1", "a\nb", True) in found
    assert ("n, cell 1 (outputs[0].text)", "cd", False) in found
    assert ("n, cell 1 (id)", "x", False) in found
    assert ("n (metadata.k)", "v", False) in found


def test_readme_says_what_to_do():
    """Install, open, run the checks, hand in which file, and what counts."""
    text = readme("Softmax classifier", "softmax", RELEASED)
    assert text.startswith("# Softmax classifier\n")
    for words in ("pip install", "jupyter lab softmax.ipynb", "locked cells", "Hand in `softmax.ipynb`"):
        assert words in text
    assert "| `softmax_loss_naive` | 10 |" in text


def test_readme_without_checks_or_graded_functions():
    """It promises nothing that the notebook does not have."""
    text = readme("Essay", "essay", {"cells": [{"cell_type": "markdown", "source": "", "metadata": {}}]})
    assert "locked" not in text
    assert "points" not in text
    assert text.endswith("under this name.\n")


def test_zip_is_the_same_bytes_for_the_same_files():
    """Order, time and permissions do not depend on who packs, when or where."""
    files = {"hw/hw.ipynb": b"{}", "hw/README.md": b"# Homework\n"}
    archive = pack(files)
    assert archive == pack(dict(reversed(files.items())))
    assert unpack(archive) == files
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert [entry.filename for entry in opened.infolist()] == ["hw/README.md", "hw/hw.ipynb"]
        assert {(entry.date_time, entry.external_attr >> 16) for entry in opened.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0o100644)
        }


def test_what_hides_in_a_zip_shows_when_it_is_packed_again():
    """A comment, a second entry of one name or bytes in front make other bytes."""
    archive = pack({"a": b"1"})
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as opened:
        opened.comment = b"the solution"
    assert pack(unpack(buffer.getvalue())) == archive != buffer.getvalue()
    assert pack(unpack(b"the solution" + archive)) == archive
