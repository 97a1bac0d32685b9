"""Gives large blocks of memory back to the system as soon as they are free.

A notebook of 20 MB passes through several blocks of that size. The C library would keep such blocks for later, and
small ones that come to lie between them keep them from being given back: processes would grow by a hundred megabytes.
"""

import contextlib
import ctypes

MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD in glibc's malloc.h
LARGE = 1 << 20


def return_large_blocks() -> None:
    """Have every block from 1 MiB on taken from the system and returned to it; without glibc, do nothing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE)
