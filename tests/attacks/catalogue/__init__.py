"""Every attack, by category: a module for each, named by it."""

import importlib

from ..attack import Attack

CATEGORIES = (
    "forging_a_grade",
    "reading_secrets",
    "reaching_other_students",
    "exhausting_resources",
    "escaping",
    "persisting",
    "breaking_the_harness",
    "leaking_through_feedback",
    "abusing_notebook_metadata",
    "abusing_files_and_archives",
    "timing",
)
BY_CONFINEMENT = ("reading_secrets", "reaching_other_students", "exhausting_resources", "escaping", "persisting")
"""What a weaker rung could let through; the rest is stopped by the grader itself, whatever confines the guest."""


def _catalogue() -> dict[str, Attack]:
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in CATEGORIES}
    found = [(f"{category}/{attack.name}", attack) for category in CATEGORIES for attack in modules[category].ATTACKS]
    assert len(found) == len({name for name, _ in found}), "two attacks of one name"
    return dict(found)


CATALOGUE = _catalogue()
"""Attacks by ``category/name``, in the order in which they are listed."""
