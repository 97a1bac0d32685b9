"""Fingerprints in a file: every diagnosis survives it, and no code is in it."""

import inspect
import json

import numpy as np
import pytest
from tests import diagnosis_example as example

from gradkit.diagnosis import Diagnostician, behaviour_of, read_fingerprints, take_fingerprints, write_fingerprints

TAKEN = example.fingerprints()
TEXT = write_fingerprints(TAKEN)


def read(tmp_path, text):
    """Return the fingerprints in a file with some text."""
    path = tmp_path / "course_fingerprints.json"
    path.write_text(text)
    return read_fingerprints(path)


def changed(*path, value=None):
    """Return the text with one entry changed, or removed if there is no value."""
    content = json.loads(TEXT)
    place = content
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(content)


def two_mistakes(W, x, reg):
    """Return the results in the wrong order, the gradient N times too large."""
    return example.gradient_not_averaged(W, x, reg)[::-1]


def unknown(W, x, reg):
    """Return what nobody knows."""
    return np.sin(x).sum(), np.cos(W)


def test_every_diagnosis_survives_the_file(tmp_path):
    """Of each known mistake, of two together, of the right function, and of what nobody knows."""
    before, after = Diagnostician(TAKEN), Diagnostician(read(tmp_path, TEXT))
    functions = [*example.MISTAKES, two_mistakes, example.right, unknown]

    assert {f.__name__: after.diagnose(example.seen(f)) for f in functions} == {
        f.__name__: before.diagnose(example.seen(f)) for f in functions
    }


def test_probes_survive_the_file_to_the_last_digit(tmp_path):
    """The student's function is run on them, and their kinds of numbers may matter to it."""
    probe = example.Probe("p", (np.array([1 / 3, 2e-300]), np.array([1, 2], np.int8), 0.1), "data", {"N": 2})
    taken = take_fingerprints(example.WORDING, [probe], lambda *_: 1.0, [])
    (survived,) = read(tmp_path, write_fingerprints(taken)).probes

    assert survived._replace(arguments=()) == probe._replace(arguments=())
    assert [np.array_equal(a, b) for a, b in zip(survived.arguments, probe.arguments, strict=True)] == [True] * 3
    assert [getattr(a, "dtype", None) for a in survived.arguments] == [np.float64, np.int8, None]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.array([np.nan, np.inf, -np.inf, 1.0])])
def test_nan_and_infinity_survive_the_file(tmp_path, value):
    """They are what some mistakes return."""
    probe = example.Probe("p", (np.ones(2),), "data")
    taken = take_fingerprints(example.WORDING, [probe], lambda _: 1.0, [("m", "s", lambda _: value)])
    (twin,) = read(tmp_path, write_fingerprints(taken)).twins

    assert twin.behaviours[0].agrees_with(behaviour_of(lambda _: value, probe.arguments))


def test_the_same_fingerprints_give_the_same_text():
    """A release that changes nothing changes no file."""
    assert write_fingerprints(example.fingerprints()) == TEXT


def test_of_a_mistake_only_what_differs_is_kept():
    """The rest is what the right function does."""
    kept = {mistake["name"]: mistake["differs"] for mistake in json.loads(TEXT)["mistakes"]}
    numbers = {probe.name: str(number) for number, probe in enumerate(TAKEN.probes)}

    assert list(kept["zeros_left_out"]) == [numbers["zero"]]
    assert list(kept["one_example_lost"]) == [numbers["one example"]]


def test_the_text_holds_no_code():
    """Not a line of a wrong function, nor of the right one."""
    functions = [*example.MISTAKES, example.right, example.data_loss, example.data_gradient]
    source = [line.strip() for f in functions for line in inspect.getsource(f).splitlines()]
    code = [line for line in source if line and '"""' not in line]

    assert len(code) > 40
    assert [line for line in code if line in TEXT] == []


def test_another_format_asks_for_an_update(tmp_path):
    """The file was written by another version."""
    with pytest.raises(ValueError, match=r"^course_fingerprints.json has format 99, expected 1: update gradkit$"):
        read(tmp_path, changed("format", value=99))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        TEXT[: len(TEXT) // 2],
        "[]",
        "17",
        "null",
        "{}",
        '{"format": 1}',
        changed("format"),
        changed("right"),
        changed("probes"),
        changed("mistakes"),
        changed("wording", "aspects"),
        changed("probes", 0, "arguments"),
        changed("probes", 0, "arguments", 0, "shape", value=[7, 7]),
        changed("probes", 0, "arguments", 0, "dtype", value="no such type"),
        changed("mistakes", 0, "differs", value={"first": {}}),
        changed("mistakes", 0, "differs", value=3),
    ],
)
def test_a_broken_file_gives_one_clear_error(tmp_path, text):
    """Which file, and what is the matter with it."""
    with pytest.raises(ValueError, match=r"^course_fingerprints.json holds no fingerprints \(\w+: .+\)$"):
        read(tmp_path, text)


def test_bytes_that_are_no_text_give_the_same_error(tmp_path):
    """A picture, say."""
    path = tmp_path / "course_fingerprints.json"
    path.write_bytes(b"\x89PNG\xff")

    with pytest.raises(
        ValueError, match=r"^course_fingerprints.json holds no fingerprints \(UnicodeDecodeError: .+\)$"
    ):
        read_fingerprints(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    """The caller knows whether there should be one."""
    with pytest.raises(FileNotFoundError):
        read_fingerprints(tmp_path / "missing.json")
