"""The sample class: complete, repeatable, and every student is what their name says."""

import hashlib
import importlib
import importlib.util
import json
import os
import stat
import sys
import warnings
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from gradkit.diagnosis import Diagnostician, behaviour_of
from gradkit.grader.diagnose import load_fingerprints

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "sample_class"
QUESTIONS = ("softmax_loss_naive", "softmax_loss_vectorized")
MODULES = ("student", "right", "wrong", "unfinished", "hostile", "files", "make_class")

# Wrong in how they compute, not in what one call returns.
ONLY_CONDUCT = {"wrong-loop-in-vectorized", "wrong-comprehension-in-vectorized", "wrong-shuffles-inside"}
WORDS_OF_PYTHON = {"wrong-np-float-of-old-numpy"}


def load_class():
    """Return make_class.py as a module; it imports its neighbours by their bare names, as a script does."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module("make_class")
    finally:
        sys.path.remove(str(FOLDER))
        for name in MODULES:
            sys.modules.pop(name, None)


def load_content(name):
    """Return autograder/softmax/<name>.py as a module."""
    spec = importlib.util.spec_from_file_location(f"content_{name}", ROOT / "autograder" / "softmax" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = load_class()
CLASS = MAKE.students()
PROBES = load_content("probes").probes
CONTENT = load_content("mistakes")


def stub(question):
    """Return an answer cell as students receive it."""
    source = f'def {question}(W, X, y, reg):\n    # TODO\n    raise NotImplementedError("Need to implement")'
    nbgrader = {"grade": True, "grade_id": question, "solution": True, "points": 10}
    return code(source, question) | {"metadata": {"nbgrader": nbgrader}}


def code(source, cell_id):
    """Return a code cell."""
    kept = source.splitlines(keepends=True)
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": kept,
    }


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A small student notebook, so that these tests need no generated one."""
    cells = [
        code("import numpy as np", "imports"),
        *map(stub, QUESTIONS),
        code("print('experiments')", "end"),
    ]
    path = tmp_path_factory.mktemp("template") / "softmax.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.fixture(scope="module")
def harmless(template, tmp_path_factory):
    """The class without its nasty part, written."""
    out = tmp_path_factory.mktemp("class") / "submitted"
    MAKE.make_class(template, out, nasty=False)
    return out


@pytest.fixture(scope="module")
def diagnostician():
    """What knows the mistakes of the catalogue."""
    fingerprints = load_fingerprints(ROOT / "autograder" / "softmax", b"sample", CONTENT.right)
    return Diagnostician(fingerprints)


def functions(submissions, name):
    """Return the graded functions of a student of ours, by running the code cells of their notebook."""
    notebook = json.loads((submissions / name / "softmax" / "softmax.ipynb").read_text())
    namespace = {"__name__": "__main__"}
    with redirect_stdout(StringIO()):
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "NotImplementedError" not in source:
                exec(_importable(source), namespace)  # noqa: S102 - written in examples/sample_class
    return {question: namespace[question] for question in QUESTIONS}


def _importable(source):
    """Return the source without the imports that this environment may lack."""
    lacking = {
        "from past.builtins import xrange": "xrange = range",
        "from scipy.special import logsumexp": "",
    }
    for line, instead in lacking.items():
        source = source.replace(line, instead)
    return source


def behaviour(function, seed=5):
    """Return, for every probe, what comparing needs: what kind of outcome it is, and its numbers."""
    return [_outcome(function, probe.arguments) for probe in PROBES(np.random.default_rng(seed))]


def _outcome(function, arguments):
    W, X, y, reg = arguments
    given = (W.copy(), X.copy(), y.copy())
    try:
        with np.errstate(all="ignore"), redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*given, reg)
    except Exception as error:  # noqa: BLE001 - whatever the student's code raises is its behaviour
        return type(error).__name__, np.empty(0)
    changed = [not np.array_equal(*pair) for pair in zip(given, arguments[:3], strict=True)]
    parts = result if isinstance(result, tuple) else (result,)
    arrays = [np.empty(0) if part is None else np.asarray(part, dtype=float) for part in parts]
    numbers = np.concatenate([array.ravel() for array in arrays])
    return (*(array.shape for array in arrays), *changed), np.nan_to_num(numbers, nan=1e30, posinf=2e30, neginf=-2e30)


def same(one, other):
    """Return whether two behaviours are the same within 1e-6 on every probe."""
    pairs = zip(one, other, strict=True)
    return all(a[0] == b[0] and np.all(np.abs(a[1] - b[1]) <= 1e-9 + 1e-6 * np.abs(b[1])) for a, b in pairs)


def students_of(kind):
    """Return the students of a kind as parameters named after them."""
    return [pytest.param(student, id=student.name) for student in CLASS if student.kind == kind]


def test_the_class_is_large_and_its_names_are_unique():
    """At least forty students, of each kind some, and no two share a folder."""
    names = [student.name for student in CLASS]

    assert len(names) == len(set(names)) >= 40
    assert {student.kind for student in CLASS} == {"right", "wrong", "unfinished", "nasty"}
    assert all(0 < len(os.fsencode(name)) <= 255 and "/" not in name for name in names)


def test_few_students_are_slow_on_purpose():
    """Grading the class must stay quick, so few students wait for their time limit."""
    slow = [s.name for s in CLASS if s.name.startswith(("nasty-infinite", "nasty-sleeps", "nasty-cannot"))]

    assert len(slow) <= 4


@pytest.mark.parametrize("student", students_of("right"))
@pytest.mark.parametrize("question", QUESTIONS)
def test_right_students_give_the_textbook_formula(student, question, harmless):
    """On every probe, the extreme ones included."""
    function = functions(harmless, student.name)[question]

    assert same(behaviour(function), behaviour(CONTENT.right))
    assert (student.naive, student.vectorized, student.names) == ("full", "full", "")


@pytest.mark.parametrize("student", students_of("wrong"))
def test_wrong_students_are_wrong_where_they_are_said_to_be(student, harmless):
    """A function that deserves less than full marks differs from the right one, and the others do not."""
    differs = {
        question: not same(behaviour(function), behaviour(CONTENT.right))
        for question, function in functions(harmless, student.name).items()
    }
    deserved = dict(zip(QUESTIONS, (student.naive, student.vectorized), strict=True))

    assert "part" in deserved.values()
    if student.name not in ONLY_CONDUCT:
        assert differs == {question: mark == "part" for question, mark in deserved.items()}


@pytest.mark.parametrize("student", students_of("wrong"))
def test_the_catalogue_names_the_mistake(student, harmless, diagnostician):
    """What is said of the function has the words asked for."""
    if student.name in ONLY_CONDUCT | WORDS_OF_PYTHON:
        pytest.skip("the suite or Python names this one")
    answers = functions(harmless, student.name)
    for question, mark in zip(QUESTIONS, (student.naive, student.vectorized), strict=True):
        if mark == "part":
            with redirect_stdout(StringIO()):
                seen = [behaviour_of(answers[question], probe.arguments) for probe in diagnostician.probes]
            assert student.names in " ".join(diagnostician.diagnose(seen).sentences)


def test_the_class_is_the_same_every_time(template, harmless, tmp_path):
    """Two runs write the same bytes."""
    MAKE.make_class(template, tmp_path / "again", nasty=False)

    assert digest(tmp_path / "again") == digest(harmless)


def digest(folder):
    """Return a hash of every file below a folder, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_nasty_part_is_what_it_says(template, tmp_path):
    """Links, pipes, folders and huge files are there, and everybody has a folder."""
    out = tmp_path / "submitted"
    count = MAKE.make_class(template, out)

    def notebook(name):
        return out / name / "softmax" / "softmax.ipynb"

    assert count == len(CLASS) == sum(1 for path in out.iterdir() if path.is_dir())
    assert stat.S_ISFIFO(notebook("nasty-pipe-for-a-notebook").stat().st_mode)
    assert notebook("nasty-linked-notebook").is_symlink()
    assert notebook("nasty-folder-for-a-notebook").is_dir()
    assert notebook("nasty-huge-outputs").stat().st_size > 50 * 2**20
    assert (out / "nasty-linked-student").is_symlink()
    assert json.loads(notebook("nasty-byte-order-mark").read_text("utf-8-sig"))["nbformat"] == 4

    assert MAKE.make_class(template, out) == count  # and it can be replaced


def test_an_earlier_class_is_replaced_as_a_whole(template, tmp_path):
    """Nothing of the earlier run stays, and no working folder is left beside it."""
    out = tmp_path / "submitted"
    MAKE.make_class(template, out, nasty=False)
    (out / "left-over").mkdir()
    MAKE.make_class(template, out, nasty=False)

    assert not (out / "left-over").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["submitted"]


@pytest.mark.parametrize("make", ["folder", "file", "link"])
def test_a_foreign_folder_is_never_replaced(make, template, tmp_path):
    """Real submissions could be lost otherwise."""
    out, other = tmp_path / "submitted", tmp_path / "other"
    other.mkdir()
    (other / MAKE.MARKER).write_text("")
    {"folder": out.mkdir, "file": out.touch, "link": lambda: out.symlink_to(other)}[make]()

    with pytest.raises(ValueError, match="exists and is no sample class"):
        MAKE.make_class(template, out, nasty=False)
    assert out.exists()


def test_a_notebook_without_answer_cells_is_an_error(template, tmp_path):
    """The instructor learns which cell is looked for, and nothing is written."""
    path = tmp_path / "softmax.ipynb"
    path.write_text(json.dumps({"cells": [code("1", "one")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    with pytest.raises(ValueError, match='grade_id is "softmax_loss_naive"'):
        MAKE.make_class(path, tmp_path / "submitted", nasty=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["softmax.ipynb"]


@pytest.mark.parametrize(("folder_is_foreign", "code_expected"), [(False, 0), (True, 1)])
def test_the_command_line(folder_is_foreign, code_expected, template, tmp_path, monkeypatch, capsys):
    """It says how many students there are, or what is in the way."""
    out = tmp_path / "submitted"
    if folder_is_foreign:
        out.mkdir()
    monkeypatch.setattr(sys, "argv", ["make_class.py", str(out), "--no-nasty", "--notebook", str(template)])

    assert MAKE.main() == code_expected
    output = capsys.readouterr()
    assert ("no sample class" in output.err) if folder_is_foreign else output.out.endswith(f"students in {out}\n")
