"""`load_cifar10`: which pictures it finds, how it splits them, and how it says that there are none."""

import numpy as np
import pytest

from gradkit.cifar_format import FOLDER_NAME, TRAIN_FILES, read_folder, write_class_names
from gradkit.data import CIFAR10_NAMES, cache_folder, find_folder, load_cifar10, searched_folders
from gradkit.errors import DataError
from gradkit.synthetic import write_synthetic


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """A machine without data: empty working directory, empty cache, no environment variable."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("GRADKIT_DATA", raising=False)
    monkeypatch.setattr("gradkit.data.cache_folder", lambda: tmp_path / "cache")
    return tmp_path


def put_pictures(folder, names=CIFAR10_NAMES, seed=231):
    """Write a small data set that calls itself CIFAR-10 unless told otherwise."""
    target = write_synthetic(folder, seed=seed, batch_size=20)
    write_class_names(target, names)
    return target


SMALL = {"num_val": 10, "num_dev": 5}


def test_without_data_the_message_says_where_it_looked_and_what_to_do(empty_machine):
    """The error names the folders, the download page and the way without a network."""
    with pytest.raises(DataError) as caught:
        load_cifar10()
    message = str(caught.value)
    assert str(empty_machine / "work" / "datasets" / "cifar10" / FOLDER_NAME) in message
    assert str(empty_machine / "cache" / "cifar10" / FOLDER_NAME) in message
    assert "cs.toronto.edu" in message
    assert 'load_cifar10("synthetic")' in message


def test_synthetic_pictures_are_never_given_for_real_ones(empty_machine):
    """A synthetic set in the place of the real one is refused, not returned."""
    write_synthetic(empty_machine / "work" / "datasets" / "cifar10", batch_size=20)
    with pytest.raises(DataError, match="does not hold the cifar10 pictures: expected classes airplane"):
        load_cifar10(**SMALL)


def test_a_cached_synthetic_set_does_not_satisfy_a_request_for_the_real_one():
    """Having generated the synthetic set changes nothing for CIFAR-10."""
    load_cifar10("synthetic")
    with pytest.raises(DataError, match="CIFAR-10 is not on this machine"):
        load_cifar10()


def test_the_synthetic_set_is_generated_on_first_use(empty_machine):
    """It appears in the cache folder, says that it is synthetic, and is found there the second time."""
    data = load_cifar10("synthetic")
    assert data.synthetic
    assert repr(data) == "<synthetic shapes (SYNTHETIC): train 9,000, val 1,000, test 2,000, dev 500>"
    assert find_folder("synthetic") == empty_machine / "cache" / "synthetic-v1" / FOLDER_NAME


def test_real_pictures_are_not_called_synthetic(empty_machine):
    """The flag and the name come from what was asked for and checked."""
    put_pictures(empty_machine / "work" / "datasets" / "cifar10")
    data = load_cifar10(**SMALL)
    assert not data.synthetic
    assert repr(data) == "<CIFAR-10: train 90, val 10, test 20, dev 5>"
    assert data.class_names == CIFAR10_NAMES


def test_places_are_searched_in_order(empty_machine, monkeypatch):
    """The environment variable wins over folders above the notebook, and these over the cache."""
    monkeypatch.setenv("GRADKIT_DATA", str(empty_machine / "chosen"))
    found = []
    for folder in ("cache/cifar10", "datasets/cifar10", "work/datasets/cifar10", "chosen", "chosen/cifar10"):
        put_pictures(empty_machine / folder)
        found.append(find_folder("cifar10").parent.relative_to(empty_machine).as_posix())
    assert found == ["cache/cifar10", "datasets/cifar10", "work/datasets/cifar10", "chosen", "chosen/cifar10"]


def test_the_synthetic_set_is_not_looked_for_directly_in_the_chosen_folder(empty_machine, monkeypatch):
    """`$GRADKIT_DATA/cifar-10-batches-bin` is the real set: synthetic pictures have a folder of their own."""
    monkeypatch.setenv("GRADKIT_DATA", str(empty_machine / "chosen"))
    assert empty_machine / "chosen" / FOLDER_NAME not in list(searched_folders("synthetic"))
    assert empty_machine / "chosen" / FOLDER_NAME in list(searched_folders("cifar10"))


def test_the_split_is_the_last_pictures_for_validation_and_the_rest_for_training(empty_machine):
    """No picture is in two parts, except dev, which is drawn from training."""
    raw = read_folder(put_pictures(empty_machine / "work" / "datasets" / "cifar10"))
    data = load_cifar10(**SMALL)
    np.testing.assert_array_equal(data.X_train, raw.train_images[:90])
    np.testing.assert_array_equal(data.X_val, raw.train_images[90:])
    np.testing.assert_array_equal(data.X_test, raw.test_images)
    np.testing.assert_array_equal(data.y_val, raw.train_labels[90:])
    assert all(any(np.array_equal(dev, image) for image in data.X_train) for dev in data.X_dev)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pictures_have_the_float_type_asked_for(empty_machine, dtype):
    """All parts share it; labels are int64 whatever it is."""
    put_pictures(empty_machine / "work" / "datasets" / "cifar10")
    data = load_cifar10(dtype=dtype, **SMALL)
    assert {str(part.dtype) for part in (data.X_train, data.X_val, data.X_test, data.X_dev)} == {dtype}
    assert {str(part.dtype) for part in (data.y_train, data.y_val, data.y_test, data.y_dev)} == {"int64"}


def test_dev_pictures_depend_on_the_seed_alone(empty_machine):
    """The same seed draws the same pictures, another seed others."""
    put_pictures(empty_machine / "work" / "datasets" / "cifar10")
    first, again, other = (load_cifar10(seed=seed, **SMALL).X_dev for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("sizes", [{"num_val": 0}, {"num_val": 100}, {"num_dev": 0}, {"num_dev": 91}])
def test_sizes_that_do_not_fit_are_refused(empty_machine, sizes):
    """Every part has at least one picture, and dev fits into training."""
    put_pictures(empty_machine / "work" / "datasets" / "cifar10")
    with pytest.raises(DataError, match="do not fit the 100 training pictures"):
        load_cifar10(**(SMALL | sizes))


def test_an_unknown_source_is_refused():
    """A misspelt source is named, with the two that exist."""
    with pytest.raises(DataError, match=r'"cifar10" or "synthetic", got \'cifar100\''):
        load_cifar10("cifar100")


def test_damage_is_reported_with_the_file(empty_machine):
    """A truncated batch is named by the loader too."""
    target = put_pictures(empty_machine / "work" / "datasets" / "cifar10")
    (target / TRAIN_FILES[2]).write_bytes(b"\0" * 100)
    with pytest.raises(DataError, match=r"data_batch_3.bin is cut off"):
        load_cifar10(**SMALL)


def test_the_cache_folder_is_this_programs_own():
    """Nothing is written into another program's cache."""
    assert cache_folder().name == "gradkit"
