"""The student library's errors: plain words, no traceback."""

import pytest

from gradkit.errors import DataError, GradkitError, LossContractError, NotReadyError, require


@pytest.mark.parametrize("error", [DataError, LossContractError, NotReadyError])
def test_every_error_is_caught_as_a_gradkit_error(error):
    """One except clause is enough for a notebook."""
    assert issubclass(error, GradkitError)


def test_a_notebook_shows_the_message_and_no_frames():
    """IPython asks for `_render_traceback_`: it gets one line."""
    assert DataError("The file is cut off.")._render_traceback_() == ["DataError: The file is cut off."]


def test_require_lets_a_true_condition_pass():
    """Nothing happens when the earlier cell has been run."""
    require(True, "never seen")


def test_require_stops_with_its_message():
    """A false condition stops the cell with the sentence it was given."""
    with pytest.raises(NotReadyError, match="run the search cell"):
        require(False, "run the search cell")
