"""Fingerprints: what the right function and each mistake do on the probes, and what is wrong with a set of probes."""

import numpy as np
import pytest
from tests import diagnosis_example as example

from gradkit.diagnosis import Probe, Wording, behaviour_of, take_fingerprints

WORDING = Wording(("the sum",), {"data": "{} at c = 0", "constant": "the constant in {}"})
X = np.array([1.0, 2.0])


def test_every_function_is_run_on_every_probe():
    """The right one and the mistakes, in their order."""
    probes = [Probe("one", (X,), "data"), Probe("two", (2 * X,), "data")]
    taken = take_fingerprints(
        WORDING, probes, np.sum, [("largest", "Add up.", np.max), ("last", "All.", lambda x: x[-1])]
    )

    assert [behaviour.values for behaviour in taken.right] == [(3.0,), (6.0,)]
    assert [(twin.name, twin.sentence) for twin in taken.twins] == [("largest", "Add up."), ("last", "All.")]
    assert taken.twins[0].behaviours == (behaviour_of(np.max, (X,)), behaviour_of(np.max, (2 * X,)))


def test_the_catalogue_of_the_example_leaves_its_probes_as_they_are():
    """A mistake that changes its arguments does not spoil them for the next."""
    pairs = zip(example.fingerprints().probes, example.probes(), strict=True)

    assert all(np.array_equal(one.arguments[1], other.arguments[1]) for one, other in pairs)


@pytest.mark.parametrize(
    ("probes", "message"),
    [
        ([Probe("a", (X,), "data"), Probe("a", (X,), "data")], "two probes have the same name"),
        ([Probe("a", (X,), "constant", beyond="b")], "probe 'a' goes beyond 'b', which is no probe"),
        ([Probe("a", (X,), "noise")], "probe 'a' has the aspect 'noise', for which there is no wording"),
    ],
)
def test_probes_that_do_not_fit_together_are_refused(probes, message):
    """Their author reads which, and why."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        take_fingerprints(WORDING, probes, np.sum, [])
