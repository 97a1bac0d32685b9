"""A small synthetic stand-in for CIFAR-10, the same bytes on every machine, for rooms without a network.

Ten shapes lie on smooth coloured clouds. A shape is lighter or darker than its cloud, almost by the toss of a
coin, so its *average* picture is nearly flat and a linear classifier learns little from it; a network with
a hidden layer can learn "this outline, light or dark". What a linear classifier does see is a weak smooth
tint of each class and the slight bias of the coin. The strengths are set so that it ends near the 35-40 %
that it reaches on CIFAR-10.

Randomness is taken as raw bits of PCG64, whose stream numpy guarantees, and every sum is exact in float64 or
in integers, so that no rounding differs between machines.
"""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradkit.cifar_format import FOLDER_NAME, TEST_FILE, TRAIN_FILES, write_batch, write_class_names
from gradkit.errors import DataError

CLASS_NAMES = ("disc", "ring", "square", "frame", "triangle", "cross", "saltire", "bars", "columns", "checks")
VERSION = 1  # part of the cache folder's name: raise it whenever the bytes change
BATCH_SIZE = 2_000

# Strengths, in 1/64 of a grey level for one unit of the ingredient.
TINT = 5  # smooth colour template of the class: all that a linear classifier can see at once
SHAPE = 36  # the class's shape
CLOUD = 44  # smooth grey background
COLOUR = 26  # smooth coloured background
GRAIN = 12  # noise of every pixel by itself
LIGHT_ODDS = 156  # of 256 shapes, how many are lighter than their cloud
JITTER = 3  # pixels by which a shape may be shifted, each way

Integers = NDArray[np.int64]


def write_synthetic(folder: Path, seed: int = 231, batch_size: int = BATCH_SIZE) -> Path:
    """Write `cifar-10-batches-bin` into `folder` and return its path; an existing one is left alone.

    The set appears all at once (written beside its place, then renamed), so two processes may do so together.

    Args:
        folder: where `cifar-10-batches-bin` is to appear; made if it does not exist.
        seed: which synthetic set; the same seed gives the same bytes everywhere.
        batch_size: pictures in each of the five training batches and in the test batch.

    Raises:
        DataError: the folder cannot be written.
    """
    target = folder / FOLDER_NAME
    if target.is_dir():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    except OSError as error:
        raise DataError(
            f"The synthetic pictures cannot be written to {folder} ({error.strerror}). "
            "Set the environment variable XDG_CACHE_HOME to a folder you may write to."
        ) from error
    try:
        _write_batches(scratch, seed, batch_size)
        _move_into_place(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def draw_batch(seed: int, batch: int, count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return `count` pictures (count, 32, 32, 3) uint8 and labels (count,) uint8 of batch number `batch`.

    Example:
        >>> images, labels = draw_batch(seed=231, batch=0, count=20)
        >>> images.shape, images.dtype, labels.shape
        ((20, 32, 32, 3), dtype('uint8'), (20,))
    """
    bits = np.random.PCG64(np.random.SeedSequence([seed, batch]))
    labels = np.argsort(_random_words(bits, count), kind="stable") % len(CLASS_NAMES)
    light = np.where(_random_bytes(bits, (count,)) < LIGHT_ODDS, 1, -1)
    shifts = _random_bytes(bits, (count, 2)) % (2 * JITTER + 1)
    cloud = _smooth(_random_bytes(bits, (count, 5, 5, 1)) - 128)
    colour = _smooth(_random_bytes(bits, (count, 4, 4, 3)) - 128)
    grain = _random_bytes(bits, (count, 32, 32, 3)) - 128

    pixels = CLOUD * cloud + COLOUR * colour + GRAIN * grain
    pixels += TINT * _smooth(class_tints(seed))[labels]
    shapes = shifted_shapes()[labels, shifts[:, 0], shifts[:, 1]]
    pixels += SHAPE * (light[:, None, None] * shapes)[..., None]
    grey_levels = 128 + (pixels >> 6)
    return np.clip(grey_levels, 0, 255).astype(np.uint8), labels.astype(np.uint8)


def class_tints(seed: int) -> Integers:
    """Return each class's coarse colour template (10, 4, 4, 3), integers from -128 to 127."""
    bits = np.random.PCG64(np.random.SeedSequence([seed, 1_000]))
    return _random_bytes(bits, (len(CLASS_NAMES), 4, 4, 3)) - 128


def class_shapes() -> Integers:
    """Return the ten shapes (10, 32, 32): 1 inside, 0 outside, centred."""
    row, column = np.mgrid[-31:32:2, -31:32:2]  # in half pixels, so that the centre is a whole number
    squared = row**2 + column**2
    height, width = abs(row), abs(column)
    reach = np.maximum(height, width)
    inside = reach <= 25
    masks = (
        squared <= 17**2,
        (squared > 15**2) & (squared <= 25**2),
        reach <= 15,
        (reach > 14) & inside,
        (2 * width <= row + 23) & (height <= 23),
        (np.minimum(height, width) <= 5) & inside,
        (np.minimum(abs(row - column), abs(row + column)) <= 9) & inside,
        ((row + 31) // 10 % 2 == 1) & inside,
        ((column + 31) // 10 % 2 == 1) & inside,
        ((row + 31) // 16 % 2 == (column + 31) // 16 % 2) & inside,
    )
    return np.stack(masks).astype(np.int64)


def shifted_shapes() -> Integers:
    """Return every shape at every shift (10, 7, 7, 32, 32), 72 inside and 0 outside, less its mean."""
    places = range(-JITTER, JITTER + 1)
    shapes = np.stack(
        [np.stack([np.roll(class_shapes(), (down, right), axis=(1, 2)) for right in places], 1) for down in places],
        1,
    )
    mean = 72 * shapes.sum(axis=(-2, -1), keepdims=True) // (32 * 32)
    return np.asarray(72 * shapes - mean, dtype=np.int64)


def _write_batches(folder: Path, seed: int, batch_size: int) -> None:
    for number, name in enumerate((*TRAIN_FILES, TEST_FILE)):
        write_batch(folder / name, *draw_batch(seed, number, batch_size))
    write_class_names(folder, CLASS_NAMES)
    folder.chmod(0o755)  # mkdtemp makes it private; a cache may be shared


def _move_into_place(scratch: Path, target: Path) -> None:
    try:
        os.rename(scratch, target)  # noqa: PTH104 - unlike shutil.move, never copies half
    except OSError:
        if not target.is_dir():  # otherwise another process was first, with the same bytes
            raise


def _smooth(grid: Integers) -> Integers:
    """Return grids (N, k, k, B) interpolated to (N, 32, 32, B), by integer weights that add up to 31."""
    size = grid.shape[1]
    position = np.arange(32)[:, None] * (size - 1)
    weights = np.maximum(0, 31 - abs(position - 31 * np.arange(size)[None, :])).astype(np.float64)
    # Whole numbers far below 2**53: the float product is exact whatever the order of its sums.
    rows = weights @ grid.astype(np.float64).reshape(len(grid), size, -1)
    columns = weights @ rows.reshape(len(grid), 32, size, -1)
    return np.asarray(columns.astype(np.int64) // 961)


def _random_words(bits: np.random.PCG64, count: int) -> NDArray[np.uint64]:
    return np.asarray(bits.random_raw(count), dtype=np.uint64)


def _random_bytes(bits: np.random.PCG64, shape: tuple[int, ...]) -> Integers:
    """Return bytes of the generator's raw stream, 0 to 255, in the same order on every machine."""
    count = int(np.prod(shape))
    words = _random_words(bits, -(-count // 8)).astype("<u8")
    return words.view(np.uint8)[:count].reshape(shape).astype(np.int64)
