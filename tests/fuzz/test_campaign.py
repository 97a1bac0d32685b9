"""`make fuzz` runs every property of this folder, tells a crash and keeps what crashed."""

import importlib
import sys
from pathlib import Path

import pytest
from tests.fuzz import campaign
from tests.fuzz.targets import TARGETS, Target


def test_every_property_is_a_target():
    """A hypothesis test that is added here is run by `make fuzz` too, unless its bytes are those of another target."""
    by_bytes = {"test_any_bytes", "test_a_damaged_notebook", "test_a_damaged_result"}
    found = set()
    for path in Path(__file__).parent.glob("test_fuzzed_*.py"):
        module = importlib.import_module(f"tests.fuzz.{path.stem}")
        found |= {(path.stem, name) for name, test in vars(module).items() if hasattr(test, "hypothesis")}
    missing = {(module, name) for module, name in found if name not in by_bytes}
    assert missing <= {(target.module, target.function) for target in TARGETS}


def test_the_shares_make_a_whole():
    """So CASES is the number of cases that are run."""
    assert sum(target.share for target in TARGETS) == campaign.PARTS


@pytest.mark.parametrize("target", [target for target in TARGETS if target.seeds], ids=lambda target: target.name)
def test_seeds_pass(target):
    """What the fuzzer starts from is real, and crashes nothing."""
    case, _ = target.case()
    for content in list(target.seeds())[:20]:
        case(content)


def planted(data):
    """Crash on nearly everything."""
    assert len(data) < 3


def test_a_crash_is_told_and_kept(monkeypatch, tmp_path, capsys):
    """The command fails; the bytes that crashed lie beside what they stand for."""
    pytest.importorskip("atheris", reason="it is installed by make fuzz")
    target = Target("test_campaign", "planted", campaign.PARTS, 64, lambda: iter([b"abcd"]))
    monkeypatch.setattr(campaign, "PLACE", tmp_path)
    inside = (
        "import pathlib, sys; from tests.fuzz import campaign; from tests.fuzz.test_campaign import Target;"
        f"campaign.PLACE = pathlib.Path({str(tmp_path)!r});"
        "campaign.fuzz(Target('test_campaign', 'planted', 1000, 64, lambda: iter([])), 100, 1)"
    )
    monkeypatch.setattr(campaign, "command", lambda target, wanted, seed: [sys.executable, "-c", inside])
    row = campaign.run(target, 100, 1)
    campaign.show([row])
    assert (row["crashes"], len(list((tmp_path / target.name).glob("crash-*")))) == (1, 1)
    assert "AssertionError" in (tmp_path / target.name / "crash.txt").read_text()
    assert f"| {target.name} | 0 |" in capsys.readouterr().out
