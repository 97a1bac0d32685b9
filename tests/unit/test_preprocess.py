"""Preprocessing: fitted on training pictures, applied to all."""

import numpy as np
import pytest

from gradkit.preprocess import Preprocessor, append_ones, flatten


@pytest.fixture
def train():
    """Six small pictures with values from 0 to 255."""
    return np.random.default_rng(0).uniform(0, 255, size=(6, 4, 4, 3)).astype(np.float32)


def test_training_rows_are_centred_scaled_and_end_with_one(train):
    """Rows are (picture - mean) / 255 with the bias column last."""
    rows = Preprocessor.fit(train)(train)
    assert rows.shape == (6, 4 * 4 * 3 + 1)
    np.testing.assert_allclose(rows[:, :-1], flatten((train - train.mean(axis=0)) / 255), atol=1e-6)
    np.testing.assert_array_equal(rows[:, -1], np.ones(6))


def test_other_parts_are_centred_by_the_training_mean(train):
    """A test picture's row does not depend on other test pictures."""
    preprocess = Preprocessor.fit(train)
    test = np.full((2, 4, 4, 3), 100.0, dtype=np.float32)
    np.testing.assert_array_equal(preprocess(test)[:1], preprocess(test[:1]))
    np.testing.assert_allclose(preprocess(test)[0, :-1], flatten((100 - train.mean(axis=0))[None])[0] / 255, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_float_type_is_kept(train, dtype):
    """float32 pictures give float32 rows, float64 ones float64 rows."""
    assert Preprocessor.fit(train.astype(dtype))(train.astype(dtype)).dtype == dtype


def test_bytes_are_taken_as_numbers(train):
    """uint8 pictures do not wrap around at zero."""
    rows = Preprocessor.fit(train.astype(np.uint8))(train.astype(np.uint8))
    assert rows.dtype == np.float32
    assert rows[:, :-1].min() < 0


def test_the_input_is_not_modified(train):
    """Preprocessing the same pictures twice gives the same rows."""
    before = train.copy()
    Preprocessor.fit(train)(train)
    np.testing.assert_array_equal(train, before)


def test_no_training_pictures_is_refused():
    """A mean over nothing is an error, not nan."""
    with pytest.raises(ValueError, match="at least one training picture"):
        Preprocessor.fit(np.empty((0, 4, 4, 3)))


def test_pictures_of_another_size_are_refused(train):
    """The message says which shape was expected and which came."""
    with pytest.raises(ValueError, match=r"expected pictures of shape \(N, 4, 4, 3\).*got \(2, 8, 8, 3\)"):
        Preprocessor.fit(train)(np.zeros((2, 8, 8, 3)))


def test_flatten_keeps_one_row_a_picture():
    """Row i is picture i, read row by row."""
    np.testing.assert_array_equal(flatten(np.arange(12).reshape(2, 2, 3)), np.arange(12).reshape(2, 6))


def test_append_ones_keeps_the_dtype():
    """A float32 matrix stays float32."""
    assert append_ones(np.zeros((2, 3), dtype=np.float32)).dtype == np.float32
