"""What a guest reports about cells, taken apart: of the right form, or nothing."""

import pytest

from gradkit.grader.sandbox.prepared import Prepared, read_prepared

SOUND = Prepared(
    problems=((3, 1, "invalid syntax"),),
    functions=(("f", 2, 1), ("g", 4, 1)),
    rebound=(("f", 5, 1),),
    reads=(("f", ("g",)),),
    reflection=(("f", ("__code__",)),),
    loops=(("f", ((2, 3, 5, "for"),)),),
    spans=((2, 1, 6),),
)


def test_a_sound_report_is_taken_apart():
    """What belongs to a function is found by its name."""
    by_name = {part: dict(getattr(SOUND, part)) for part in ("reads", "reflection", "loops")}
    assert read_prepared(SOUND) == SOUND._replace(**by_name)


@pytest.mark.parametrize("part", range(len(SOUND)))
@pytest.mark.parametrize("wrong", [None, 7, "text", (7,), ((),), ((1, 2, 3, 4, 5),), (("f", (b"",)),)])
def test_any_other_report_is_none(part, wrong):
    """Each part is looked at."""
    assert read_prepared([*SOUND[:part], wrong, *SOUND[part + 1 :]]) is None


def test_a_report_has_all_its_parts():
    """Neither less nor more."""
    assert read_prepared(SOUND[:-1]) is None
    assert read_prepared([*SOUND, ()]) is None
