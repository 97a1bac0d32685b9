"""Choosing the rung: the strongest whose canary gets nothing, or the one that was demanded, never less."""

import pytest

from gradkit.grader.errors import GuestFault, IsolationError
from gradkit.grader.sandbox import ladder, probe
from gradkit.grader.sandbox.ladder import LADDER, NONE, Rung


def working():
    """Return the rungs of the ladder that this machine has."""
    return [rung for rung in LADDER if probe.what_is_wrong_with(rung) is None]


def test_the_strongest_rung_that_works_is_chosen():
    """Automatically, the first of the ladder's working rungs."""
    rungs = working()
    if not rungs:
        pytest.skip("no isolation works on this machine")
    assert probe.choose() == probe.choose("auto") == rungs[0]


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: rung.name)
def test_a_demanded_rung_is_taken_or_refused(rung):
    """Nothing weaker is used in its place."""
    if probe.what_is_wrong_with(rung) is None:
        assert probe.choose(rung.name) is rung
    else:
        with pytest.raises(IsolationError, match=f"{rung.name}: .* It needs"):
            probe.choose(rung.name)


def test_none_is_taken_on_demand_alone():
    """It is not on the ladder."""
    assert probe.choose("none") is NONE


@pytest.mark.parametrize("name", ["docker", "", "BWRAP", "no such"])
def test_an_unknown_name_is_said_with_the_known_ones(name):
    """The sentence lists what there is."""
    with pytest.raises(IsolationError) as caught:
        probe.choose(name)
    assert str(caught.value) == (
        f"there is no isolation named {name!r}; there are: auto, bwrap, landlock, noopen, none"
    )


def test_a_rung_without_layers_lets_the_canary_through():
    """That it starts proves nothing: what worked is named."""
    reason = probe.what_is_wrong_with(NONE)
    assert reason.startswith("it lets a canary through: it ")
    for forbidden in ("reads", "lists", "writes", "connects", "forks"):
        assert forbidden in reason


def test_a_layer_that_does_not_exist_keeps_a_rung_from_starting():
    """A guest must confirm every layer."""
    stronger = Rung("landlock", LADDER[1].layers | {"magic"}, "")
    assert probe.what_is_wrong_with(stronger).startswith("it does not start (")


def test_without_any_rung_nothing_is_graded(monkeypatch):
    """The error says what each rung lacks, and the way out."""
    broken = Rung("landlock", frozenset({"magic"}), "a better kernel")
    monkeypatch.setattr(ladder, "LADDER", (broken,))
    with pytest.raises(IsolationError) as caught:
        probe.choose()
    assert "landlock: it does not start (" in str(caught.value)
    assert "It needs a better kernel." in str(caught.value)
    assert "--isolation none" in str(caught.value)


def test_a_canary_killed_by_accident_does_not_weaken_the_isolation(monkeypatch):
    """A rung is given up only if it does not start several times."""
    attempts, tried = probe._attempts, []

    def killed_at_first(*about):
        tried.append(about)
        if len(tried) < probe.TRIES:
            raise GuestFault("a guest was killed from outside")
        return attempts(*about)

    rung = working()[0]
    monkeypatch.setattr(probe, "_attempts", killed_at_first)
    assert probe.what_is_wrong_with(rung) is None
    assert len(tried) == probe.TRIES
