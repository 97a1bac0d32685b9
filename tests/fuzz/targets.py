"""What `make fuzz` runs, how often, and what it starts from."""

import functools
import importlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from tests.fuzz.properties import ROOT, student_notebook


class Target(NamedTuple):
    """One thing to fuzz.

    Attributes:
        module: of tests/fuzz.
        function: takes the bytes of a case; or a hypothesis test, whose examples are drawn from the bytes.
        share: of all cases; in thousandths.
        longest: bytes of a case.
        seeds: yields cases to start from; None for a hypothesis test.
    """

    module: str
    function: str
    share: int
    longest: int = 2048
    seeds: Callable[[], Iterator[bytes]] | None = None

    @property
    def name(self) -> str:
        """What the target is called on the command line and in the table."""
        return f"{self.module.removeprefix('test_fuzzed_')}-{self.function.removeprefix('test_')}".replace("_", "-")

    def case(self) -> tuple[Callable[[bytes], object], list]:
        """Return what runs one case, and a list in which it leaves what the case was.

        It returns None for bytes that are no case, because a hypothesis test needs more of them.
        """
        function = getattr(importlib.import_module(f"tests.fuzz.{self.module}"), self.function)
        latest: list = []
        if self.seeds is not None:
            return lambda data: (latest.__setitem__(slice(None), [data]), function(data)), latest
        inner = function.hypothesis.inner_test

        @functools.wraps(inner)
        def remembered(*arguments, **named):
            latest[:] = [arguments or named]
            return inner(*arguments, **named)

        function.hypothesis.inner_test = remembered
        return function.hypothesis.fuzz_one_input, latest


def frames() -> Iterator[bytes]:
    """Yield frames as a guest sends them."""
    from gradkit.grader.sandbox import wire

    report = ((0,), (1,), True, 1234, False, (("<cell 3>", 4, 500),))
    dW = np.arange(12.0).reshape(3, 4)
    for value in (
        None,
        (0.5, dW),
        (np.float32(0.5), dW.astype("f4")),
        ["text", True, 7],
        dW > 3,
        object(),
        ((), ((),)),
    ):
        yield wire.frame(wire.Kind.RESULT, 7, [value, report])
    yield wire.frame(wire.Kind.RESULT, 7, [(1.0, np.ma.masked_array(dW)), report])
    yield wire.frame(wire.Kind.ERROR, 7, ["ValueError", "shapes (3,4) and (5,)", 3, 2])
    yield wire.frame(wire.Kind.HELLO, 0, [("seccomp", "landlock", "limits")])


def notebooks() -> Iterator[bytes]:
    """Yield the released notebook and the sample class's."""
    from tests.conftest import sample_module

    yield student_notebook()
    with tempfile.TemporaryDirectory(prefix="gradkit-fuzz-") as folder:
        sample_module("make_class").make_class(
            ROOT / "assignments" / "softmax" / "softmax.ipynb", Path(folder, "submitted")
        )
        for path in sorted(Path(folder).glob("submitted/*/softmax/softmax.ipynb")):
            if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 16:
                yield path.read_bytes()


def results() -> Iterator[bytes]:
    """Yield results files."""
    from tests.fuzz.test_fuzzed_notebooks import RESULT

    yield msgspec.json.encode(RESULT)
    yield json.dumps(msgspec.to_builtins(RESULT), indent=1).encode()
    yield msgspec.json.encode(msgspec.structs.replace(RESULT, score=None, problem="It is empty.", fault="OSError"))


def archives() -> Iterator[bytes]:
    """Yield archives as an LMS and students write them."""
    from tests.fuzz.test_fuzzed_downloads import packed

    yield packed([])
    yield packed([("doe_42_4711_softmax.ipynb", b"{}" * 20, True), ("roe_43_4712_softmax.ipynb", b"{}", False)])
    yield packed([("Jane Doe_815_assignsubmission_file/softmax.ipynb", b"x" * 500, True)])


TARGETS = (
    Target("test_fuzzed_frames", "decode", 300, 4096, frames),
    Target("test_fuzzed_frames", "test_frames_that_lie", 60),
    Target("test_fuzzed_frames", "test_what_a_guest_may_write_arrives_to_the_last_bit", 40),
    Target("test_fuzzed_frames", "test_an_array_of_any_layout_arrives", 40),
    Target("test_fuzzed_frames", "test_what_arrived_can_be_sent_on", 20),
    Target("test_fuzzed_channel", "test_any_answer", 40),
    Target("test_fuzzed_channel", "test_any_first_frame", 20),
    Target("test_fuzzed_guests", "test_any_answers", 50),
    Target("test_fuzzed_guests", "test_any_answer_before_code_ran", 20),
    Target("test_fuzzed_answers", "test_any_value_is_judged", 60),
    Target("test_fuzzed_answers", "test_any_behaviour_is_diagnosed", 20),
    Target("test_fuzzed_gradings", "test_any_guest_is_judged", 3),
    Target("test_fuzzed_notebooks", "read_and_use", 100, 1 << 16, notebooks),
    Target("test_fuzzed_notebooks", "test_any_notebook", 50),
    Target("test_fuzzed_results", "load_and_use", 87, 4096, results),
    Target("test_fuzzed_results", "test_any_result", 30),
    Target("test_fuzzed_downloads", "open_archive", 30, 2048, archives),
    Target("test_fuzzed_downloads", "test_any_path", 20),
    Target("test_fuzzed_downloads", "test_any_archive", 10),
)
