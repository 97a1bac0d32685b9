"""The course's secret seed, from which the inputs of all checks are drawn; never committed."""

import os
import secrets
import tempfile
from pathlib import Path

from .errors import CourseError

SEED_BYTES = 32


def course_seed(path: Path) -> bytes:
    """Return the seed in a file, made on first use; raises CourseError for a file that holds something else."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, fresh = tempfile.mkstemp(prefix="seed.", dir=path.parent)  # readable by its owner only
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(SEED_BYTES) + "\n")
        try:
            os.link(fresh, path)  # unlike a rename this never replaces another run's seed
        except FileExistsError:
            pass
        finally:
            Path(fresh).unlink()
    try:
        seed = bytes.fromhex(path.read_text())
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise CourseError(
            f"{path} does not hold a seed of {SEED_BYTES} bytes in hexadecimal:"
            " restore it from a backup, or delete it to draw new inputs for everybody"
        )
    return seed
