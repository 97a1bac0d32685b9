"""Runs every target of tests/fuzz for a long time, guided by coverage, each in a process of its own.

    python -m tests.fuzz.campaign [--cases N] [--seed N] [--jobs N] [TARGET ...]
    python -m tests.fuzz.campaign --replay FILE TARGET

Prints a table target x cases x seconds x crashes x peak memory and exits with 1 if anything crashed: raised what it
must not, took too long for one case or too much memory. What crashed lies below build/fuzz/TARGET, the bytes in
`crash-*`, what they stand for in `crash.txt`.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.properties import ROOT
from tests.fuzz.targets import TARGETS, Target

PLACE = ROOT / "build" / "fuzz"
MEBIBYTE = 1 << 20
MORE_MEMORY = 200
"""Mebibytes that a target's process may grow by, over what its imports take."""
ADDRESS_SPACE = 2048 * MEBIBYTE
SECONDS_A_CASE = 30
CALLS_A_CASE = 50
"""How many byte strings are tried for one from which hypothesis can draw an example."""
RESULT = "result.json"
PARTS = 1000


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    parser = argparse.ArgumentParser(description="Fuzz the trusted process.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which ones [all]")
    parser.add_argument("--cases", type=int, default=100_000, help="of all targets together [100000]")
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer's choices [1]")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 1) // 2), help="targets at a time")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one saved case of one target")
    parser.add_argument("--inside", type=int, metavar="N", help=argparse.SUPPRESS)
    options = parser.parse_args()
    named = {target.name: target for target in TARGETS}
    unknown = set(options.targets) - set(named)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are: {', '.join(named)}")
    chosen = [named[name] for name in options.targets] or list(TARGETS)
    if options.replay:
        chosen[0].case()[0](options.replay.read_bytes())
        return 0
    if options.inside:
        fuzz(chosen[0], options.inside, options.seed)
    with ThreadPoolExecutor(options.jobs) as pool:
        rows = list(pool.map(lambda target: run(target, options.cases, options.seed), chosen))
    show(rows)
    return int(any(row["crashes"] for row in rows))


# ---------------------------------------------------------------------- one target, in this process


def fuzz(target: Target, cases: int, seed: int) -> None:
    """Run so many cases of a target, note how it went, and leave the process."""
    import atheris

    with atheris.instrument_imports(include=["gradkit"]):
        case, latest = target.case()
    warnings.simplefilter("ignore" if target.module == "test_fuzzed_gradings" else "error", RuntimeWarning)
    folder = PLACE / target.name
    done, started, base = 0, time.monotonic(), peak_memory()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    def one(data: bytes) -> None:
        nonlocal done
        try:
            done += case(data) is not None
        except BaseException:
            (folder / "crash.txt").write_text(f"{latest!r}\n\n{traceback.format_exc()}", "utf-8", "backslashreplace")
            raise
        if done % 50 == 0 or done >= cases:
            note = {"cases": done, "seconds": time.monotonic() - started, "base": base, "peak": peak_memory()}
            (folder / RESULT).write_text(json.dumps(note))
        if done >= cases:
            os._exit(0)  # the fuzzer itself knows no way to end early

    settings = {
        "runs": CALLS_A_CASE * cases,
        "seed": seed,
        "max_len": target.longest,
        "len_control": 0 if target.seeds is None else 100,
        "timeout": SECONDS_A_CASE,
        "rss_limit_mb": base + MORE_MEMORY,
        "artifact_prefix": f"{folder}/",
        "verbosity": 0,
    }
    places = [str(folder / "corpus"), str(folder / "seeds")]
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in settings.items()), *places], one)
    atheris.Fuzz()
    os._exit(0)


def peak_memory() -> int:
    """Return the peak resident memory of this process, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM:"))


# ---------------------------------------------------------------------- all targets, each in a process


def run(target: Target, cases: int, seed: int) -> dict:
    """Run a target's share of the cases in a process of its own and return what came of it."""
    folder = PLACE / target.name
    for name in ("corpus", "seeds", "tmp"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for name in (RESULT, "crash.txt"):
        (folder / name).unlink(missing_ok=True)
    for number, content in enumerate(seeds(target, seed)):
        (folder / "seeds" / f"{number:04}").write_bytes(content)
    wanted = max(1, round(cases * target.share / PARTS))
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(folder / "tmp")}
    with (folder / "log").open("wb") as log:
        inside = command(target, wanted, seed)
        ended = subprocess.run(inside, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False)
    shutil.rmtree(folder / "tmp")
    noted = json.loads((folder / RESULT).read_text()) if (folder / RESULT).exists() else {}
    row = {"name": target.name, "wanted": wanted, "cases": 0, "seconds": 0.0, "base": 0, "peak": 0, **noted}
    row["crashes"] = int(ended.returncode != 0)
    done = f"{row['cases']} of {wanted} cases in {row['seconds']:.0f} s"
    print(f"{target.name}: {done}{' CRASHED' * row['crashes']}", file=sys.stderr, flush=True)
    return row


def command(target: Target, cases: int, seed: int) -> list[str]:
    """Return the command that fuzzes one target."""
    return [sys.executable, "-m", "tests.fuzz.campaign", target.name, "--inside", str(cases), "--seed", str(seed)]


def seeds(target: Target, seed: int):
    """Yield what a target's fuzzer starts from: real data, or noise to draw from."""
    if target.seeds is not None:
        yield from target.seeds()
    else:
        import numpy as np

        rng = np.random.default_rng(seed)
        yield from (rng.bytes(length) for length in (64, 256, 512, 1024, 1024, 2048, 2048, 2048))


def show(rows: list[dict]) -> None:
    """Print the table, and where to look if something crashed."""
    print("| target | cases | seconds | crashes | memory after import, peak (MiB) |")
    print("|---|---|---|---|---|")
    for row in rows:
        memory = f"{row['base']}, {row['peak']}"
        print(f"| {row['name']} | {row['cases']:,} | {row['seconds']:.0f} | {row['crashes']} | {memory} |")
    total = [sum(row[key] for row in rows) for key in ("cases", "seconds", "crashes")]
    print(f"| **all** | {total[0]:,} | {total[1]:.0f} | {total[2]} | {max(row['peak'] for row in rows)} |")
    for row in rows:
        if row["crashes"]:
            print(f"\n{row['name']} crashed: see {PLACE / row['name']}/crash.txt and log", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
