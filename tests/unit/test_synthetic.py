"""The synthetic pictures: the same everywhere, whole or absent, and of the intended difficulty."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gradkit.cifar_format import NAMES_FILE, TEST_FILE, TRAIN_FILES, read_folder
from gradkit.errors import DataError
from gradkit.synthetic import CLASS_NAMES, class_shapes, draw_batch, shifted_shapes, write_synthetic


def test_the_bytes_are_the_same_on_every_machine():
    """A change of this digest is a change of the data set: raise synthetic.VERSION with it."""
    images, labels = draw_batch(seed=231, batch=0, count=50)
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    assert digest == "a371ffe51519021e0721713f468a67161cefd00d049c44d8c39e74045e27b1d8"


@pytest.mark.parametrize("other", [{"seed": 1, "batch": 0}, {"seed": 231, "batch": 1}])
def test_another_seed_or_batch_gives_other_pictures(other):
    """Seeds and batches are independent of each other."""
    images, _ = draw_batch(seed=231, batch=0, count=20)
    others, _ = draw_batch(count=20, **other)
    assert np.mean(images == others) < 0.1


def test_classes_are_balanced_and_shuffled():
    """Each class has its tenth of a batch, in no order."""
    _, labels = draw_batch(seed=231, batch=0, count=200)
    assert np.bincount(labels).tolist() == [20] * 10
    assert not np.array_equal(labels, np.sort(labels))
    assert not np.array_equal(labels, np.arange(200) % 10)


def test_the_ten_shapes_differ():
    """No two classes have the same outline, and none is empty or full."""
    shapes = class_shapes().reshape(10, -1)
    assert len({shape.tobytes() for shape in shapes}) == 10
    assert all(0.1 < shape.mean() < 0.7 for shape in shapes)


def test_a_shifted_shape_does_not_wrap_around_the_edge():
    """The largest shift keeps every shape's outermost rows within the picture."""
    extremes = shifted_shapes()[:, 0, 0] > 0
    assert not extremes[:, -1, :].any()
    assert not extremes[:, :, -1].any()


def test_pictures_use_the_range_without_saturating():
    """Few pixels are clipped to black or white, and the mean is mid grey."""
    images, _ = draw_batch(seed=231, batch=0, count=200)
    assert np.mean((images == 0) | (images == 255)) < 0.02
    assert abs(images.mean() - 128) < 5


def test_a_complete_folder_is_written(tmp_path):
    """The folder has CIFAR-10's files, readable by everybody, and nothing is left beside it."""
    target = write_synthetic(tmp_path / "new", batch_size=20)
    assert sorted(path.name for path in target.iterdir()) == sorted([*TRAIN_FILES, TEST_FILE, NAMES_FILE])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["cifar-10-batches-bin"]
    raw = read_folder(target)
    assert raw.class_names == CLASS_NAMES
    assert (raw.train_images.shape, raw.test_images.shape) == ((100, 32, 32, 3), (20, 32, 32, 3))
    assert target.stat().st_mode & 0o777 == 0o755


def test_an_existing_folder_is_left_alone(tmp_path):
    """A second call neither rewrites nor checks what is there."""
    (tmp_path / "cifar-10-batches-bin").mkdir()
    assert list(write_synthetic(tmp_path).iterdir()) == []


def test_several_writers_at_once_agree(tmp_path):
    """Whoever is first wins; the others find the same set and leave no debris."""
    with ThreadPoolExecutor(4) as pool:
        targets = list(pool.map(lambda _: write_synthetic(tmp_path, batch_size=40), range(4)))
    assert len(set(targets)) == 1
    assert len(read_folder(targets[0]).train_labels) == 200
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-batches-bin"]


def test_a_failure_leaves_nothing_half_written(tmp_path, monkeypatch):
    """An error in the middle removes the scratch folder and puts nothing in place."""

    def fails(*_):
        raise OSError("no space left")

    monkeypatch.setattr("gradkit.synthetic.write_class_names", fails)
    with pytest.raises(OSError, match="no space left"):
        write_synthetic(tmp_path, batch_size=10)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_says_what_to_do(tmp_path):
    """A place that cannot be a folder gives one sentence with a way out."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(DataError, match=r"cannot be written to .*file.*XDG_CACHE_HOME"):
        write_synthetic(tmp_path / "file" / "folder")


def test_the_average_picture_says_little_and_the_outline_much():
    """What a linear classifier sees of a class is weak beside what is there once the sign is known."""
    images, labels = draw_batch(seed=231, batch=0, count=1_000)
    grey = images.mean(axis=3) - images.mean()
    shapes = shifted_shapes()[:, 3, 3].astype(float)
    shapes /= np.linalg.norm(shapes, axis=(1, 2), keepdims=True)
    responses = np.einsum("nij,cij->nc", grey, shapes)
    own = responses[np.arange(1_000), labels]
    assert abs(own.mean()) < 0.5 * abs(own).mean()


def test_a_move_that_fails_for_another_reason_is_an_error(tmp_path, monkeypatch):
    """Only an existing set excuses a failed rename."""

    def fails(*_):
        raise PermissionError("not allowed")

    monkeypatch.setattr("gradkit.synthetic.os.rename", fails)
    with pytest.raises(PermissionError, match="not allowed"):
        write_synthetic(tmp_path, batch_size=10)
    assert list(tmp_path.iterdir()) == []
