"""The package for Gradescope, unpacked and run as Gradescope does: always a result, never a silent zero, no leak."""

import copy
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError
from gradkit.grader.gradescope import package

ROOT = Path(__file__).parents[2]
FULL, QUESTION = 20, 10

# Right if nothing that is forbidden works; else the answers are wrong, so that the score shows it.
HOSTILE = """
import os
def _attack():
    got = []
    for path in {suite!r}, {seed!r}, {reference!r}:
        try:
            got.append(open(path).read())
        except Exception:
            pass
    for path in {results!r}, {results!r} + ".forged":
        try:
            open(path, "w").write('{{"score": 20.0, "output": "forged"}}')
            got.append("wrote")
        except Exception:
            pass
    try:
        os.replace({results!r} + ".forged", {results!r})
        got.append("moved")
    except Exception:
        pass
    return got

def softmax_loss_naive(W, X, y, reg):
    got = _attack()
    if got:
        raise RuntimeError(str(got))
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    rows = np.arange(len(X))
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W), X.T @ dz / len(X) + reg * W
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of its own: one assignment and a fresh seed."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "autograder"):
        shutil.copytree(
            ROOT / folder / "softmax", root / folder / "softmax", ignore=shutil.ignore_patterns("__pycache__")
        )
    return Course(root)


@pytest.fixture(scope="module")
def zipped(course, tmp_path_factory):
    """The package."""
    path = tmp_path_factory.mktemp("package") / "softmax.zip"
    package.write_package(course, "softmax", path)
    return path


@pytest.fixture
def root(zipped, tmp_path):
    """A container's folder as Gradescope lays it out, open to all, so that only the sandbox keeps students out."""
    root = tmp_path / "autograder"
    for folder in ("source", "submission", "results"):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile(zipped) as content:
        content.extractall(root / "source")
        for entry in content.infolist():
            (root / "source" / entry.filename).chmod(stat.S_IMODE(entry.external_attr >> 16))  # as unzip does
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    for place in (*root.rglob("*"), *[root, *root.parents][:4]):
        if place.stat().st_uid == os.getuid() and place != Path("/"):
            place.chmod(place.stat().st_mode | (0o055 if place.is_dir() else 0o044))
    (root / "results").chmod(0o777)
    return root


@pytest.fixture
def run(root):
    """Run the package's run_autograder as Gradescope does and return results.json."""

    def run(**environment):
        variables = {"PATH": os.environ["PATH"], "GRADESCOPE_ROOT": str(root), "PYTHON": sys.executable, **environment}
        process = subprocess.run(
            [root / "run_autograder"], cwd=root, env=variables, capture_output=True, text=True, timeout=120, check=False
        )
        assert process.returncode == 0
        text = (root / "results" / "results.json").read_text()
        return json.loads(text, parse_float=Decimal), text, process.stdout

    return run


@pytest.fixture(scope="module")
def notebook(make_class, tmp_path_factory):
    """Return the notebook of a student of the sample class."""
    template = json.loads((ROOT / "assignments" / "softmax" / "softmax.ipynb").read_text())
    students = {student.name: student for student in make_class.students()}

    def notebook(name):
        folder = tmp_path_factory.mktemp(name)
        students[name].write(folder, copy.deepcopy(template))
        return (folder / "softmax.ipynb").read_bytes()

    return notebook


def scores(document, question):
    """Return what the tests of a question bring; all of them for an empty name."""
    return sum(test.get("score", 0) for test in document["tests"] if test["name"].startswith(question))


def test_a_right_submission_gets_everything(root, run, notebook):
    """On a rung that confines; the metadata's student is named to the instructor only."""
    (root / "submission" / "softmax.ipynb").write_bytes(notebook("right-einsum"))
    (root / "submission_metadata.json").write_text('{"users": [{"id": 1, "email": "ada@x.org", "name": "Ada"}]}')
    document, text, printed = run()
    assert document["score"] == FULL
    assert scores(document, "") == FULL
    assert {test["status"] for test in document["tests"]} == {"passed"}
    assert document["extra_data"]["isolation"] in ("bwrap", "landlock", "noopen")
    assert f"Isolation: {document['extra_data']['isolation']}." in document["output"]
    assert "ada@x.org" in printed
    assert "ada@x.org" not in text


def test_a_wrong_submission_gets_its_hint(root, run, notebook):
    """In the output of the first failed check."""
    (root / "submission" / "softmax.ipynb").write_bytes(notebook("wrong-two-in-gradient"))
    document, _, _ = run()
    assert document["score"] == 17.5
    assert scores(document, "") == 17.5
    assert "The penalty in dW is twice what it should be" in " ".join(test["output"] for test in document["tests"])


def test_a_hostile_submission_gets_nowhere(root, run, notebook):
    """It reads neither suite, reference nor seed, and does not write the result; without them it has its points."""
    source = root / "source"
    places = {
        "suite": source / "autograder" / "softmax" / "test_softmax_loss.py",
        "reference": source / "solutions" / "softmax" / "softmax.ipynb",
        "seed": source / "course" / "seed",
        "results": root / "results" / "results.json",
    }
    content = json.loads(notebook("right-einsum"))
    (cell,) = [c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "softmax_loss_naive"]
    cell["source"] = HOSTILE.format(**{name: str(path) for name, path in places.items()})
    control = [sys.executable, "-c", cell["source"] + "print(len(_attack()))"]
    assert subprocess.run(control, capture_output=True, check=True).stdout == b"6\n", "the attack is no attack"
    (root / "submission" / "softmax.ipynb").write_text(json.dumps(content))
    document, text, _ = run()
    assert scores(document, "softmax_loss_naive") == QUESTION, text
    assert document["score"] == FULL
    assert "forged" not in text
    assert places["seed"].read_text().strip() not in text
    assert [path.name for path in (root / "results").iterdir()] == ["results.json"]


def test_without_user_namespaces_the_next_rung_is_used(root, run, notebook, tmp_path):
    """And said in the output."""
    (tmp_path / "bin").mkdir()
    bwrap = tmp_path / "bin" / "bwrap"
    bwrap.write_text("#!/bin/bash\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    bwrap.chmod(0o755)
    (root / "submission" / "softmax.ipynb").write_bytes(notebook("right-einsum"))
    document, _, _ = run(PATH=f"{bwrap.parent}:{os.environ['PATH']}")
    assert document["extra_data"]["isolation"] in ("landlock", "noopen")
    assert document["output"].endswith(f"Isolation: {document['extra_data']['isolation']}.")
    assert document["score"] == FULL


def test_another_name_is_accepted_and_said(root, run, notebook):
    """Gradescope takes files of any name; one notebook is the submission, checkpoints and shadows are none."""
    (root / "submission" / "my homework (2).ipynb").write_bytes(notebook("right-einsum"))
    for folder in (".ipynb_checkpoints", "__MACOSX"):
        (root / "submission" / folder).mkdir()
        (root / "submission" / folder / "softmax.ipynb").write_text("{}")
    document, _, _ = run()
    assert document["score"] == FULL
    assert "Note: graded my homework (2).ipynb, the only notebook; the expected name is softmax.ipynb" in (
        document["output"].splitlines()
    )


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no notebook was handed in: expected softmax.ipynb"),
        ({"softmax.py": ""}, "no notebook was handed in: expected softmax.ipynb"),
        ({"a.ipynb": "{}", "b.ipynb": "{}"}, "2 notebooks were handed in (a.ipynb, b.ipynb)"),
        ({"x/softmax.ipynb": "{}", "y/softmax.ipynb": "{}"}, "2 notebooks were handed in"),
        ({"softmax.ipynb": "no JSON"}, "softmax.ipynb"),
        ({"softmax.ipynb": "LINK"}, "is a symbolic link"),
    ],
    ids=["nothing", "a module", "two notebooks", "two of the name", "no JSON", "a link"],
)
def test_what_cannot_be_graded_has_no_score(root, run, files, words):
    """A person has to look, and the student is told why."""
    for name, content in files.items():
        path = root / "submission" / name
        path.parent.mkdir(exist_ok=True)
        if content == "LINK":
            path.symlink_to(root / "source" / "solutions" / "softmax" / "softmax.ipynb")
        else:
            path.write_text(content)
    document, _, _ = run()
    assert document["output"].startswith("Not judged: ")
    assert words in document["output"]
    assert "A person will look at it" in document["output"]
    assert not {"score", "tests"} & set(document)


@pytest.mark.parametrize(
    "metadata", ["", "[", "[]", "null", '{"users": 3}', '{"users": [{"email": 3}]}', "[" * 100_000]
)
def test_metadata_may_be_anything(root, tmp_path, metadata):
    """It comes from outside; without a name in it the student is unknown."""
    from gradkit.grader.gradescope.harness import student_name

    path = root / "submission_metadata.json"
    path.write_text(metadata)
    assert student_name(path) == "unknown"
    assert student_name(tmp_path / "none.json") == "unknown"


def test_students_see_what_the_packages_level_allows(root, run, notebook):
    """At the level of points: a test a question, shown when the course wants, and no word of a check."""
    with (root / "source" / "autograder" / "softmax" / "assignment.toml").open("a") as settings:
        settings.write('\n[disclosure]\nlevel = "points"\ngradescope = "after_due_date"\n')
    (root / "submission" / "softmax.ipynb").write_bytes(notebook("wrong-gradient-not-averaged"))
    document, _, _ = run()
    assert [test["name"] for test in document["tests"]] == ["softmax_loss_naive", "softmax_loss_vectorized"]
    assert {test["output"] for test in document["tests"]} == {""}
    assert {document["visibility"], *(test["visibility"] for test in document["tests"])} == {"after_due_date"}
    assert sum(test["score"] for test in document["tests"]) == document["score"] < 20


def test_a_fault_of_ours_is_no_score(root, run, notebook):
    """The reason goes to standard output, which is the instructors'; students learn that a person will look."""
    (root / "submission" / "softmax.ipynb").write_bytes(notebook("right-einsum"))
    (root / "source" / "autograder" / "softmax" / "test_softmax_loss.py").write_text("secret = 1 / 0\n")
    document, text, printed = run()
    assert document["output"].startswith("Not judged: the autograder has a fault.")
    assert not {"score", "tests"} & set(document)
    assert "secret" not in text
    assert "SuiteError" in printed


@pytest.mark.parametrize("python", ["/does/not/exist", shutil.which("false"), "killed"])
def test_even_without_python_there_is_a_result(root, run, tmp_path, python):
    """Also if the harness is killed before it can write anything."""
    (root / "results").rmdir()
    if python == "killed":
        python = tmp_path / "python"
        python.write_text("#!/bin/bash\nkill -9 $$\n")
        python.chmod(0o755)
    document, _, _ = run(PYTHON=str(python))
    assert document["output"].startswith("Not judged: the autograder has a fault.")
    assert not {"score", "tests"} & set(document)


def test_the_package_holds_what_is_needed_and_no_more(zipped):
    """The programs may be run, the secrets are their owner's, nothing of the class or the tests is in it."""
    with zipfile.ZipFile(zipped) as content:
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in content.infolist()}
    assert {name: modes[name] for name in ("setup.sh", "run_autograder")} == {
        "setup.sh": 0o755,
        "run_autograder": 0o755,
    }
    secret = {name for name, mode in modes.items() if mode == 0o600}
    suite = {f"autograder/softmax/{path.name}" for path in (ROOT / "autograder" / "softmax").glob("*.*")}
    assert secret == {"course/seed", "solutions/softmax/softmax.ipynb", *suite}
    rest = set(modes) - secret - {"setup.sh", "run_autograder"}
    assert {name.split("/")[1] for name in rest} == {"pyproject.toml", "README.md", "LICENSE", "constraints.txt", "src"}
    assert "engine/src/gradkit/grader/gradescope/harness.py" in rest
    assert not [name for name in modes if "__pycache__" in name or ".." in name]
    assert stat.S_IMODE(zipped.stat().st_mode) == 0o600


def test_equal_content_makes_an_equal_package(course, tmp_path):
    """Whenever and wherever it is made."""
    packages = [tmp_path / "a.zip", tmp_path / "new" / "b.zip"]
    for path in packages:
        package.write_package(course, "softmax", path)
    assert packages[0].read_bytes() == packages[1].read_bytes()


def test_an_unknown_assignment_writes_nothing(course, tmp_path):
    """The instructor learns which there are."""
    with pytest.raises(CourseError, match="there is no assignment 'svm'"):
        package.write_package(course, "svm", tmp_path / "svm.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_cannot_be_put_in_place_leaves_nothing(course, tmp_path):
    """Least of all its secrets under another name."""
    (tmp_path / "softmax.zip").mkdir()
    with pytest.raises(IsADirectoryError):
        package.write_package(course, "softmax", tmp_path / "softmax.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["softmax.zip"]


def test_an_engine_without_its_source_is_explained(course, tmp_path, monkeypatch):
    """The package installs gradkit from source, which an installed wheel does not have."""
    monkeypatch.setattr(package, "CHECKOUT", tmp_path)
    with pytest.raises(CourseError, match="pip install -e"):
        package.write_package(course, "softmax", tmp_path / "softmax.zip")


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_programs_are_valid_shell(root, name):
    """As far as bash can tell without running them."""
    subprocess.run(["bash", "-n", root / "source" / name], check=True)


@pytest.fixture
def setup(root, tmp_path):
    """Run setup.sh with stand-ins for apt-get and Python; returns the process and what was asked of them."""
    tools, asked = tmp_path / "tools", tmp_path / "asked"
    tools.mkdir()

    def setup(apt, python):
        programs = {"apt-get": f'echo "apt-get $*" >>{asked}\nexit {apt}', "python3": python.format(asked=asked)}
        for name, source in programs.items():
            (tools / name).write_text(f"#!/bin/bash\n{source}\n")
            (tools / name).chmod(0o755)
        for name in ("bash", "chmod", "mkdir", "cp"):
            (tools / name).symlink_to(shutil.which(name))
        command = [shutil.which("bash"), root / "source" / "setup.sh"]
        environment = {"PATH": str(tools), "GRADESCOPE_ROOT": str(root)}
        process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return process, asked.read_text().splitlines()

    return setup


NEW_PYTHON = 'echo "python $*" >>{asked}\n[ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python"\nexit 0'


@pytest.mark.parametrize("apt", [0, 100])
def test_setup_installs_with_or_without_bubblewrap(root, setup, apt):
    """What apt does not have is passed over; afterwards the source is root's alone."""
    process, asked = setup(apt, NEW_PYTHON)
    assert process.returncode == 0, process.stderr
    assert "apt-get install -y --no-install-recommends bubblewrap" in asked
    (pip,) = [line for line in asked if "pip install" in line]
    source = root / "source"
    assert pip.endswith(f"-c {source}/engine/constraints.txt {source}/engine msgspec pytest")
    assert [path for path in (source, *source.rglob("*")) if path.stat().st_mode & 0o077] == []
    assert os.access(source / "run_autograder", os.X_OK)


def test_setup_says_what_to_do_about_an_old_python(setup):
    """After it has asked apt for a newer one."""
    process, asked = setup(100, "exit 1")
    assert process.returncode == 1
    assert "choose a base image with a newer Ubuntu" in process.stderr
    assert "apt-get install -y --no-install-recommends python3.11 python3.11-venv" in asked
