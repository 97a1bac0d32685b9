"""CIFAR-10's binary version on disk: read and written, with every file checked before it is believed.

A folder `cifar-10-batches-bin` holds `data_batch_1.bin` ... `data_batch_5.bin`, `test_batch.bin` and
`batches.meta.txt`. A batch is a run of records of 3,073 bytes: one label byte (0 to 9), then 3,072 bytes of
picture, the 1,024 red values first, then green, then blue, each plane row by row.
Source of the format: https://www.cs.toronto.edu/~kriz/cifar.html, section "Binary version".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradkit.errors import DataError

FOLDER_NAME = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE = "test_batch.bin"
NAMES_FILE = "batches.meta.txt"
NUM_CLASSES = 10
IMAGE_SHAPE = (32, 32, 3)
RECORD_BYTES = 1 + 32 * 32 * 3

ByteArray = NDArray[np.uint8]


@dataclass(frozen=True)
class RawPictures:
    """The bytes of one data set: pictures (N, 32, 32, 3) uint8 and labels (N,) uint8, training and test."""

    train_images: ByteArray
    train_labels: ByteArray
    test_images: ByteArray
    test_labels: ByteArray
    class_names: tuple[str, ...]


def write_batch(path: Path, images: NDArray[Any], labels: NDArray[Any]) -> None:
    """Write pictures (N, 32, 32, 3) uint8 and labels (N,) as one batch file.

    Raises:
        DataError: the arrays' shapes, the pictures' dtype or a label do not fit the format.
    """
    if images.dtype != np.uint8 or images.shape[1:] != IMAGE_SHAPE or labels.shape != images.shape[:1]:
        raise DataError(
            f"{path}: expected pictures (N, 32, 32, 3) uint8 and labels (N,), "
            f"got pictures {images.shape} {images.dtype} and labels {labels.shape}."
        )
    _check_labels(path, labels)
    records = np.empty((len(images), RECORD_BYTES), dtype=np.uint8)
    records[:, 0] = labels
    records[:, 1:] = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    path.write_bytes(records.tobytes())


def read_batch(path: Path) -> tuple[ByteArray, ByteArray]:
    """Return pictures (N, 32, 32, 3) uint8 and labels (N,) uint8 of one batch file.

    Raises:
        DataError: the file is absent, empty, cut off, or has a label above 9.
    """
    if not path.is_file():
        raise DataError(
            f"{path} is missing. A complete {FOLDER_NAME} has "
            f"{', '.join((*TRAIN_FILES, TEST_FILE, NAMES_FILE))}: unpack the archive again."
        )
    content = np.fromfile(path, dtype=np.uint8)
    if content.size == 0 or content.size % RECORD_BYTES:
        raise DataError(
            f"{path} is cut off: expected a multiple of {RECORD_BYTES} bytes (one label and one picture), "
            f"got {content.size:,}. Delete it and unpack the archive again."
        )
    records = content.reshape(-1, RECORD_BYTES)
    labels = records[:, 0].copy()
    _check_labels(path, labels)
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


def write_class_names(folder: Path, names: Sequence[str]) -> None:
    """Write `batches.meta.txt`: one class name a line, in the order of the labels."""
    (folder / NAMES_FILE).write_text("".join(f"{name}\n" for name in names), encoding="utf-8", newline="\n")


def read_class_names(folder: Path) -> tuple[str, ...]:
    """Return the ten class names of a folder, in the order of the labels.

    Raises:
        DataError: the file is absent or does not hold ten names.
    """
    path = folder / NAMES_FILE
    if not path.is_file():
        raise DataError(f"{path} is missing: it names the ten classes. Unpack the archive again.")
    names = tuple(path.read_text(encoding="utf-8").split())
    if len(names) != NUM_CLASSES:
        raise DataError(f"{path}: expected {NUM_CLASSES} class names, got {len(names)}. Unpack the archive again.")
    return names


def read_folder(folder: Path) -> RawPictures:
    """Return everything that a `cifar-10-batches-bin` folder holds.

    Raises:
        DataError: a file is missing or damaged; the message names it.
    """
    names = read_class_names(folder)
    batches = [read_batch(folder / name) for name in TRAIN_FILES]
    test_images, test_labels = read_batch(folder / TEST_FILE)
    return RawPictures(
        train_images=np.concatenate([images for images, _ in batches]),
        train_labels=np.concatenate([labels for _, labels in batches]),
        test_images=test_images,
        test_labels=test_labels,
        class_names=names,
    )


def _check_labels(path: Path, labels: NDArray[Any]) -> None:
    wrong = np.flatnonzero((labels < 0) | (labels >= NUM_CLASSES))
    if wrong.size:
        raise DataError(
            f"{path}: picture {wrong[0]} has label {labels[wrong[0]]}, expected 0 to {NUM_CLASSES - 1}. "
            "This is not a CIFAR-10 batch (CIFAR-100 has two label bytes), or it is damaged."
        )
