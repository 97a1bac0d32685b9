"""Writes the synthetic pictures beside this file, as `cifar-10-batches-bin/`, for a whole course to share."""

from pathlib import Path

from gradkit.synthetic import write_synthetic

if __name__ == "__main__":
    print(f"The synthetic pictures are in {write_synthetic(Path(__file__).resolve().parent)}")
