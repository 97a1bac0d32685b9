"""Loads CIFAR-10, or its synthetic stand-in when asked for by name, split as CS231n splits it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gradkit.cifar_format import FOLDER_NAME, RawPictures, read_folder
from gradkit.errors import DataError
from gradkit.synthetic import CLASS_NAMES as SYNTHETIC_NAMES
from gradkit.synthetic import VERSION, write_synthetic

CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SOURCE_NAMES = {"cifar10": CIFAR10_NAMES, "synthetic": SYNTHETIC_NAMES}
ARCHIVE_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"

Source = Literal["cifar10", "synthetic"]
FloatArray = NDArray[np.floating]
LabelArray = NDArray[np.int64]


@dataclass(frozen=True)
class Dataset:
    """Pictures (N, 32, 32, 3) float, values 0 to 255, and labels (N,) int64 for each part of the split.

    `train` is for fitting, `val` for choosing settings, `test` for one last measurement. `dev` is a small
    random part of `train` for trying code out.
    """

    X_train: FloatArray
    y_train: LabelArray
    X_val: FloatArray
    y_val: LabelArray
    X_test: FloatArray
    y_test: LabelArray
    X_dev: FloatArray
    y_dev: LabelArray
    class_names: tuple[str, ...]
    name: str
    synthetic: bool

    def __repr__(self) -> str:
        """Return one line with the name and the sizes, in place of 600 MB of digits."""
        parts = ("train", "val", "test", "dev")
        sizes = ", ".join(f"{part} {len(getattr(self, f'y_{part}')):,}" for part in parts)
        return f"<{self.name}{' (SYNTHETIC)' if self.synthetic else ''}: {sizes}>"


def load_cifar10(
    source: Source = "cifar10",
    *,
    dtype: Literal["float32", "float64"] = "float32",
    num_val: int = 1_000,
    num_dev: int = 500,
    seed: int = 231,
) -> Dataset:
    """Return a data set split into training, validation, test and dev pictures.

    Validation pictures are the last `num_val` of the training batches; with CIFAR-10 that is CS231n's
    49,000 / 1,000 / 10,000. Dev pictures are `num_dev` of the training pictures, drawn with `seed`.

    Args:
        source: `"cifar10"` for the real pictures; `"synthetic"` for generated ones, which are written to the
            cache folder on first use. One is never given in place of the other.
        dtype: float type of the pictures; float64 takes twice the memory.
        num_val: how many training pictures to hold out for validation.
        num_dev: how many training pictures to copy into the dev part.
        seed: decides which pictures go into the dev part.

    Raises:
        DataError: the pictures are absent, damaged or not those of `source`, or the sizes do not fit.
    """
    if source not in SOURCE_NAMES:
        raise DataError(f'load_cifar10: source must be "cifar10" or "synthetic", got {source!r}.')
    folder = find_folder(source)
    if folder is None and source == "synthetic":
        folder = write_synthetic(cache_folder() / f"synthetic-v{VERSION}")
    if folder is None:
        raise DataError(_how_to_get_cifar10())
    raw = read_folder(folder)
    if raw.class_names != SOURCE_NAMES[source]:
        raise DataError(
            f"{folder} does not hold the {source} pictures: expected classes "
            f"{', '.join(SOURCE_NAMES[source])}; got {', '.join(raw.class_names)}. Move the folder away."
        )
    return _split(raw, source, np.dtype(dtype), num_val, num_dev, seed)


def find_folder(source: Source) -> Path | None:
    """Return the first existing `cifar-10-batches-bin` of `source`, or None if there is none."""
    return next((place for place in searched_folders(source) if place.is_dir()), None)


def searched_folders(source: Source) -> Iterator[Path]:
    """Yield the places where a data set is looked for, first choice first.

    They are `$GRADKIT_DATA` (its folder `cifar10` or `synthetic`, or the folder itself), `datasets/cifar10`
    or `datasets/synthetic` in the working directory and all its parents, and the cache folder.
    """
    if chosen := os.environ.get("GRADKIT_DATA"):
        yield Path(chosen) / source / FOLDER_NAME
        if source == "cifar10":
            yield Path(chosen) / FOLDER_NAME
    here = Path.cwd()
    for parent in (here, *here.parents):
        yield parent / "datasets" / source / FOLDER_NAME
    version = f"-v{VERSION}" if source == "synthetic" else ""
    yield cache_folder() / f"{source}{version}" / FOLDER_NAME


def cache_folder() -> Path:
    """Return the folder of this user's own where data sets are kept between notebooks."""
    import pooch  # type: ignore[import-untyped]  # imported late: it is slow, and most calls do without

    return Path(pooch.os_cache("gradkit"))


def _split(
    raw: RawPictures, source: Source, dtype: np.dtype[np.floating], num_val: int, num_dev: int, seed: int
) -> Dataset:
    num_train = len(raw.train_labels) - num_val
    if num_val < 1 or not 1 <= num_dev <= num_train:
        raise DataError(
            f"load_cifar10: num_val={num_val} and num_dev={num_dev} do not fit the {len(raw.train_labels):,} "
            "training pictures: both must be at least 1, and num_dev at most what num_val leaves."
        )
    dev = np.random.default_rng(seed).choice(num_train, num_dev, replace=False)
    labels = raw.train_labels.astype(np.int64)
    return Dataset(
        X_train=raw.train_images[:num_train].astype(dtype),
        y_train=labels[:num_train],
        X_val=raw.train_images[num_train:].astype(dtype),
        y_val=labels[num_train:],
        X_test=raw.test_images.astype(dtype),
        y_test=raw.test_labels.astype(np.int64),
        X_dev=raw.train_images[dev].astype(dtype),
        y_dev=labels[dev],
        class_names=raw.class_names,
        name="synthetic shapes" if source == "synthetic" else "CIFAR-10",
        synthetic=source == "synthetic",
    )


def _how_to_get_cifar10() -> str:
    looked = "\n".join(f"  {place}" for place in searched_folders("cifar10"))
    return (
        f"CIFAR-10 is not on this machine. It was looked for in\n{looked}\n"
        f'Download "CIFAR-10 binary version" from {ARCHIVE_PAGE} and unpack it so that one of these folders '
        'exists, or use load_cifar10("synthetic"), which needs no network.'
    )
