"""Memory that was used for a large file goes back to the system."""

import subprocess
import sys

HOLD_AND_FREE = """
from pathlib import Path
from gradkit.grader.heap import return_large_blocks

def resident():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmRSS"))

return_large_blocks()
filled = lambda size: bytearray(b"x") * size
del (first := [filled(31 << 20)])[:]  # from now on the C library would keep blocks of this size
before = resident()
large, small = [], []
for _ in range(5):
    large.append(filled(20 << 20))
    small.append(filled(100_000))
held = resident()
large.clear()
print((held - before) >> 10, (resident() - before) >> 10)
"""


def test_large_blocks_go_back_to_the_system():
    """Small blocks that were taken in between do not hold them."""
    found = subprocess.run([sys.executable, "-c", HOLD_AND_FREE], capture_output=True, text=True, check=True)
    held, left = map(int, found.stdout.split())
    assert held >= 95
    assert left <= 5
