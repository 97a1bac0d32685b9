"""Grades the sample class under fire, class after class, until enough was struck; prints what came of it."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .campaign import Campaign, results_of


def main():
    """Run the campaign that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Grade a class under kill -9.")
    parser.add_argument("--interruptions", type=int, default=100, help="how many at least")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments and victims")
    parser.add_argument("--every", type=int, default=1, help="take only every so-and-so-many-th student of the class")
    options = parser.parse_args()
    started, found = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        campaign = Campaign(Path(folder), options.seed, options.interruptions, options.every)
        killer = campaign.killer
        left_out = campaign.leave_out_slow()
        students = len(results_of(campaign.calm))
        print(f"{students} students ({len(left_out)} who only wait for a limit of time are left out)", flush=True)
        while not killer.satisfied:
            found += campaign.next_round()
            struck = ", ".join(f"{role} {count}" for role, count in sorted(killer.victims.items()))
            print(f"class {campaign.rounds}: so far {killer.victims.total()} interruptions ({struck})", flush=True)
    print(*found, sep="\n", end="\n" if found else "")
    print(
        f"{killer.victims.total()} interruptions survived, {killer.landings} of them while landing;"
        f" the command was run {killer.runs} times, in {time.monotonic() - started:.0f} seconds."
        f" Differences from undisturbed runs: {len(found) or 'none'}."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
