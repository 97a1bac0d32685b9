"""What starts a zygote: an interpreter that sees its standard library and numpy, and nothing of the course."""

import os
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from gradkit.grader.model import Limits
from gradkit.grader.sandbox import ladder
from gradkit.grader.sandbox.ladder import LADDER, NONE, RUNGS

COURSE = Path(__file__).parents[2]
PACKAGES = Path(np.__file__).parents[1]
ALLOWED = {"numpy", "numpy.libs"}


def started(rung, folder):
    """Return command and Popen options for a zygote on a rung."""
    return ladder.command(rung, folder, 7)


def bound(command):
    """Return (source, target) of everything that bubblewrap makes visible."""
    places = [number for number, word in enumerate(command) if word in ("--ro-bind", "--dev-bind", "--bind")]
    return [(Path(command[number + 1]), command[number + 2]) for number in places]


@pytest.fixture
def bwrap(tmp_path):
    """The words of bubblewrap's command line."""
    return started(RUNGS["bwrap"], tmp_path)[0]


def test_the_ladder_is_ordered_from_strong_to_weak():
    """`none` is not on it: it is never chosen by itself."""
    assert [rung.name for rung in LADDER] == ["bwrap", "landlock", "noopen"]
    assert NONE not in LADDER
    assert set(RUNGS) == {"bwrap", "landlock", "noopen", "none"}


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: rung.name)
def test_every_rung_limits_resources_and_filters_system_calls(rung):
    """No rung goes without a system call filter, limits and the loss of capabilities."""
    assert {"limits", "capabilities", "seccomp"} <= rung.layers


@pytest.mark.parametrize("rung", [*LADDER, NONE], ids=lambda rung: rung.name)
def test_the_interpreter_ignores_its_surroundings(rung, tmp_path):
    """Isolated, without site-packages, writing no bytecode, and not the virtual environment's."""
    command, _ = started(rung, tmp_path)
    start = command.index("-I") - 1
    assert command[start] == os.path.realpath(sys.executable)
    assert command[start + 1 : start + 5] == ["-I", "-S", "-B", "-c"]
    assert len(command) == start + 6


@pytest.mark.parametrize("rung", [*LADDER, NONE], ids=lambda rung: rung.name)
def test_neither_course_nor_site_packages_is_on_the_path(rung, tmp_path):
    """No word of the interpreter's own command names them."""
    command, _ = started(rung, tmp_path)
    words = command[command.index("-I") :]
    secret = [str(COURSE), str(PACKAGES), sysconfig.get_path("purelib"), sys.prefix]
    assert [word for word in words for place in secret if place in word] == []


@pytest.mark.parametrize("rung", [*LADDER[1:], NONE], ids=lambda rung: rung.name)
def test_without_namespaces_the_path_is_a_folder_of_links(rung, tmp_path):
    """It holds numpy, its libraries, the sandbox's own code, and of the student's library one package."""
    command, _ = started(rung, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert f"sys.path[:0] = {[str(tmp_path)]!r}" in command[-1]
    assert names - {"numpy.libs"} == {"numpy", "sandbox", "gradkit"}
    assert [path.name for path in (tmp_path / "gradkit").iterdir()] == ["definitions"]
    assert all(path.is_symlink() for path in tmp_path.rglob("*") if path.name != "gradkit")


def test_bubblewrap_shows_numpy_and_the_sandbox_alone(bwrap):
    """Of the virtual environment only numpy, of the project only what a guest imports."""
    targets = {target for _, target in bound(bwrap) if target.startswith("/site")}
    assert targets - {"/site/numpy.libs"} == {"/site/numpy", "/site/sandbox", "/site/gradkit/definitions"}
    inside = {source.name for source, _ in bound(bwrap) if source.is_relative_to(PACKAGES)}
    assert inside <= ALLOWED


def test_bubblewrap_binds_nothing_that_contains_the_course(bwrap):
    """Neither the course nor a folder above it, nor anybody's home."""
    sources = [source.resolve() for source, _ in bound(bwrap)]
    assert [source for source in sources if COURSE.is_relative_to(source)] == []
    assert [source for source in sources if Path.home().resolve().is_relative_to(source)] == []
    assert [source for source in sources if (COURSE / "autograder").is_relative_to(source)] == []


def test_bubblewrap_shuts_everything_that_it_can(bwrap):
    """Every namespace, no environment, read-only root, the end together with the grader."""
    for word in "--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --clearenv".split():
        assert word in bwrap
    assert "--die-with-parent" in bwrap
    assert "--new-session" in bwrap
    assert bwrap[bwrap.index("--") - 2 : bwrap.index("--")] == ["--remount-ro", "/"]
    assert "--bind" not in bwrap
    assert bwrap[bwrap.index("--uid") + 1] == "65534"


@pytest.mark.parametrize("rung", [*LADDER, NONE], ids=lambda rung: rung.name)
def test_the_environment_is_a_short_list_with_one_thread(rung, tmp_path, monkeypatch):
    """One BLAS thread, a plain path, and nothing of the grader's own environment."""
    monkeypatch.setenv("PYTHONPATH", str(COURSE))
    monkeypatch.setenv("SECRET_TOKEN", "x")
    command, options = started(rung, tmp_path)
    environment = dict(options["env"])
    for number, word in enumerate(command):
        if word == "--setenv":
            environment[command[number + 1]] = command[number + 2]
    threads = {name: environment.pop(name) for name in ladder.LIMITED_THREADS}
    assert set(threads.values()) == {"1"}
    assert environment == {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.mark.parametrize("rung", [*LADDER, NONE], ids=lambda rung: rung.name)
def test_settings_name_layers_limits_and_what_may_be_read(rung):
    """Landlock opens the system's libraries, numpy and the sandbox's code: never the course."""
    settings = ladder.guest_settings(rung, Limits(memory_mb=1024, cpu_seconds=65, open_files=20))
    assert settings["layers"] == sorted(rung.layers)
    assert (settings["memory"], settings["cpu_seconds"], settings["open_files"]) == (1 << 30, 65, 20)
    assert [place for place in settings["readable"] if COURSE.is_relative_to(place)] == []
    assert {"/", "/home", "/tmp", "/etc", "/proc", str(Path.home())} & set(settings["readable"]) == set()  # noqa: S108
    inside = {Path(place).name for place in settings["readable"] if Path(place).is_relative_to(PACKAGES)}
    assert inside <= ALLOWED


@pytest.mark.parametrize("place", ["/usr/local/share/nbgrader/exchange", "/usr/src/app", "/usr/share", "/opt", "/srv"])
def test_places_where_people_keep_files_are_no_part_of_the_interpreter(place):
    """Neither nbgrader's default exchange nor a folder where containers put a course."""
    assert ladder.readable_by_guests(Path(place)) is None


def test_what_lies_in_the_interpreters_library_is_found():
    """A course in there would be open to every submission."""
    library = Path(os.__file__).parents[1]
    assert ladder.readable_by_guests(library / "course" / "submitted") == library
