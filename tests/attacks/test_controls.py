"""Positive controls: attacks that are stopped by confinement succeed without it, so that their tests can fail."""

import os

import pytest

from gradkit.grader.sandbox import ladder

from .catalogue import CATALOGUE

LIVE = [name for name, attack in CATALOGUE.items() if attack.live]


@pytest.mark.parametrize("name", LIVE)
def test_attack_works_without_confinement(arena_on, name):
    """On the rung that confines nothing the attack brings what it is after."""
    attack = CATALOGUE[name]
    if attack.needs_root and os.geteuid() != 0:
        pytest.skip("only root may do this")
    outcome = arena_on(ladder.NONE.name).make(attack)
    assert outcome.attacked.gains, outcome.attacked.told
