"""CIFAR-10's binary version: what is written is what is read, and damage is named."""

import re

import numpy as np
import pytest

from gradkit.cifar_format import (
    NAMES_FILE,
    RECORD_BYTES,
    TEST_FILE,
    TRAIN_FILES,
    read_batch,
    read_class_names,
    read_folder,
    write_batch,
    write_class_names,
)
from gradkit.errors import DataError

NAMES = [f"class{number}" for number in range(10)]


def pictures(count, seed=0):
    """Return random pictures and labels."""
    rng = np.random.default_rng(seed)
    images = rng.integers(256, size=(count, 32, 32, 3), dtype=np.uint8)
    return images, rng.integers(10, size=count, dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    """A complete folder with three pictures in each batch."""
    for number, name in enumerate((*TRAIN_FILES, TEST_FILE)):
        write_batch(tmp_path / name, *pictures(3, seed=number))
    write_class_names(tmp_path, NAMES)
    return tmp_path


def test_a_batch_is_read_as_it_was_written(tmp_path):
    """Pictures and labels survive the round trip with their dtypes."""
    images, labels = pictures(5)
    write_batch(tmp_path / "batch.bin", images, labels)
    got_images, got_labels = read_batch(tmp_path / "batch.bin")
    np.testing.assert_array_equal(got_images, images)
    np.testing.assert_array_equal(got_labels, labels)
    assert (got_images.dtype, got_labels.dtype) == (np.uint8, np.uint8)


def test_a_record_is_a_label_then_red_green_and_blue_row_by_row(tmp_path):
    """The layout on disk is the published one, byte for byte."""
    images = np.zeros((1, 32, 32, 3), dtype=np.uint8)
    images[0, 0, 1] = 10, 20, 30  # first row, second column
    images[0, 1, 0] = 40, 50, 60  # second row, first column
    write_batch(tmp_path / "batch.bin", images, np.array([7], dtype=np.uint8))
    content = (tmp_path / "batch.bin").read_bytes()
    assert len(content) == RECORD_BYTES == 3073
    assert content[0] == 7
    assert [content[1 + plane * 1024 + 1] for plane in range(3)] == [10, 20, 30]
    assert [content[1 + plane * 1024 + 32] for plane in range(3)] == [40, 50, 60]


def test_a_folder_is_five_training_batches_in_order_and_a_test_batch(folder):
    """Training batches are joined in the order of their numbers."""
    raw = read_folder(folder)
    np.testing.assert_array_equal(raw.train_images[3:6], pictures(3, seed=1)[0])
    np.testing.assert_array_equal(raw.train_labels[12:], pictures(3, seed=4)[1])
    np.testing.assert_array_equal(raw.test_images, pictures(3, seed=5)[0])
    assert raw.class_names == tuple(NAMES)


@pytest.mark.parametrize("missing", [*TRAIN_FILES, TEST_FILE, NAMES_FILE])
def test_a_missing_file_is_named(folder, missing):
    """Whichever file is absent, the message says which and what to do."""
    (folder / missing).unlink()
    with pytest.raises(DataError, match=f"{re.escape(missing)} is missing.*[Uu]npack the archive again"):
        read_folder(folder)


@pytest.mark.parametrize("size", [0, 1, RECORD_BYTES - 1, 2 * RECORD_BYTES + 5])
def test_a_truncated_batch_is_refused_with_its_size(tmp_path, size):
    """A file that is not a whole number of records, or empty, says how long it is."""
    path = tmp_path / "batch.bin"
    path.write_bytes(bytes(size))
    with pytest.raises(DataError, match=f"batch.bin is cut off: expected a multiple of 3073.*got {size:,}"):
        read_batch(path)


def test_a_label_above_nine_is_refused_with_its_place(tmp_path):
    """A wrong label says which picture has it."""
    path = tmp_path / "batch.bin"
    path.write_bytes(bytes(RECORD_BYTES) + bytes([10]) + bytes(RECORD_BYTES - 1))
    with pytest.raises(DataError, match="picture 1 has label 10, expected 0 to 9"):
        read_batch(path)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 32, 32, 3)), np.zeros(2, int), "float64"),
        (np.zeros((2, 3, 32, 32), np.uint8), np.zeros(2, int), r"\(2, 3, 32, 32\)"),
        (np.zeros((2, 32, 32, 3), np.uint8), np.zeros(3, int), r"labels \(3,\)"),
        (np.zeros((2, 32, 32, 3), np.uint8), np.array([0, -1]), "picture 1 has label -1"),
    ],
)
def test_arrays_that_do_not_fit_the_format_are_not_written(tmp_path, images, labels, message):
    """A wrong dtype, shape or label is refused before a file appears."""
    with pytest.raises(DataError, match=message):
        write_batch(tmp_path / "batch.bin", images, labels)
    assert list(tmp_path.iterdir()) == []


def test_nine_class_names_are_refused(tmp_path):
    """The names file must name ten classes."""
    write_class_names(tmp_path, NAMES[:9])
    with pytest.raises(DataError, match="expected 10 class names, got 9"):
        read_class_names(tmp_path)


def test_blank_lines_after_the_names_do_not_count(tmp_path):
    """The published file ends with an empty line."""
    (tmp_path / NAMES_FILE).write_text("\n".join(NAMES) + "\n\n", encoding="utf-8")
    assert read_class_names(tmp_path) == tuple(NAMES)
