"""Every attack of the catalogue, on every rung that works here, between two neighbours."""

import re
from pathlib import Path

import pytest

from gradkit.grader.sandbox import ladder

from .catalogue import BY_CONFINEMENT, CATALOGUE

RUNGS = [rung.name for rung in ladder.LADDER]
PAGE = Path(__file__).parents[2] / "docs" / "attacks.md"
CONFINED = [name for name in CATALOGUE if name.startswith(BY_CONFINEMENT)]


def is_stopped(arena, attack):
    """Assert that an attack gains nothing, harms no neighbour before or after it, and that its author is told."""
    outcome = arena.make(attack)
    assert outcome.harm == ()
    assert re.search(attack.told, outcome.attacked.told)
    if attack.shows:
        assert outcome.attacked.world != outcome.after.world


@pytest.mark.parametrize("name", CATALOGUE)
def test_attack_is_stopped(arena_on, strongest, name):
    """On the strongest rung of this machine every attack is stopped."""
    is_stopped(arena_on(strongest.name), CATALOGUE[name])


@pytest.mark.parametrize("name", CONFINED)
@pytest.mark.parametrize("rung", RUNGS[1:])
def test_attack_is_stopped_by_weaker_confinement(arena_on, strongest, rung, name):
    """On each other rung every attack is stopped that needs confinement for it; `make attack` makes all on all."""
    if rung == strongest.name:
        pytest.skip("made above")
    is_stopped(arena_on(rung), CATALOGUE[name])


def test_page_lists_every_attack():
    """docs/attacks.md, written by `make attack`, has a row for each attack of the catalogue, and no other."""
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert listed == list(CATALOGUE)
