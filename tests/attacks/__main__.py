"""Makes every attack on every rung that works here, and prints what came of it: ``make attack``.

As root it makes them twice: with a grader that is root, and with one that is an ordinary user.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gradkit.grader.sandbox import ladder, probe
from tests import ordinary_user

from .arena import Arena
from .attack import Attack
from .catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
STOPPED, WORKS, NOT_TRIED = "stopped", "works", "-"
SUCCEEDED, UNTOLD, DOES_NOT_WORK = "SUCCEEDED", "STOPPED, NOT TOLD", "DOES NOT WORK"
FAILURES = (SUCCEEDED, UNTOLD, DOES_NOT_WORK)
Columns = dict[str, dict[str, str]]
WIDTH = 180
PAGE = """\
# Attacks

Every attack that is tried on the sandbox, by category, on every rung of the [isolation ladder](isolation.md), as
`make attack` printed it. Each is graded between two neighbours by the same grader; they keep full marks, and the guest
of a third finds nothing changed.

* *stopped*: it brought nothing, harmed nobody, and its author was told what happened
* `none`: whether the attack works without confinement, as a control; *-* where confinement is not what stops it
* *(user)*: the grader was run by an ordinary user, in the other columns by root

A test compares the names with the catalogue in `tests/attacks/catalogue/`. Write this page anew with
`make attack` after changing it.
"""


def outcomes(rung: ladder.Rung, attacks: Mapping[str, Attack], progress: Progress) -> dict[str, str]:
    """Return what came of each attack on one rung, in a word."""
    with Arena(rung) as arena:
        followed = progress.track(attacks.items(), description=rung.name)
        return {name: _verdict(arena, rung, attack) for name, attack in followed}


def _verdict(arena: Arena, rung: ladder.Rung, attack: Attack) -> str:
    unconfined = rung is ladder.NONE
    if unconfined and (not attack.live or (attack.needs_root and os.geteuid() != 0)):
        return NOT_TRIED
    outcome = arena.make(attack)
    if unconfined:
        verdict = WORKS if outcome.attacked.gains else DOES_NOT_WORK
    elif outcome.harm:
        verdict = SUCCEEDED
    else:
        verdict = STOPPED if re.search(attack.told, outcome.attacked.told) else UNTOLD
    if verdict in FAILURES:
        details = (
            f"{attack.name} on {rung.name}: {verdict}: {'; '.join(outcome.harm)}. Told: {outcome.attacked.told[:500]}"
        )
        print(details, file=sys.stderr)
    return verdict


def columns(attacks: Mapping[str, Attack]) -> Columns:
    """Return the outcomes on every rung that works for this user."""
    rungs = [
        rung for rung in (*ladder.LADDER, ladder.NONE) if rung is ladder.NONE or not probe.what_is_wrong_with(rung)
    ]
    shown = Progress(console=Console(stderr=True))
    with shown, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = pool.map(lambda rung: outcomes(rung, attacks, shown), rungs)
        return {rung.name: column for rung, column in zip(rungs, found, strict=True)}


def columns_of_an_ordinary_user(only: str) -> Columns:
    """Return the outcomes on every rung that works for an ordinary user; raises CalledProcessError."""
    command = [sys.executable, "-m", "tests.attacks", "--json", "--only", only]
    process = subprocess.run(
        ordinary_user.command_as_ordinary_user(command), cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    process.check_returncode()
    found: Columns = json.loads(process.stdout)
    return {f"{name} (user)": column for name, column in found.items()}


def table(found: Columns, names: Iterable[str]) -> Table:
    """Return the attacks with their outcomes, failures in red."""
    shown = Table()
    for heading in ("attack", *found):
        shown.add_column(heading, no_wrap=True)
    for name in names:
        words = [column[name] for column in found.values()]
        shown.add_row(name, *(f"[bold red]{word}[/]" if word in FAILURES else word for word in words))
    return shown


def page(found: Columns, names: Iterable[str]) -> str:
    """Return the table as a page of the documentation, a section for each category."""
    lines, section = [PAGE], ""
    for name in names:
        category = name.partition("/")[0]
        if category != section:
            section = category
            heads = ["attack", *(f"`{column}`" if "(" not in column else column for column in found)]
            lines += [
                f"\n## {category.replace('_', ' ').capitalize()}\n",
                f"| {' | '.join(heads)} |",
                "|---" * len(heads) + "|",
            ]
        lines.append(f"| `{name}` | " + " | ".join(column[name] for column in found.values()) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Make the attacks; return 1 if any succeeded where it should not, or failed to work as a control."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    parser.add_argument("--json", action="store_true", help="print the outcomes as JSON, for this user alone")
    parser.add_argument("--only", default="", help="a regular expression that the attacks' names match")
    options = parser.parse_args()
    attacks = {name: attack for name, attack in CATALOGUE.items() if re.search(options.only, name)}
    found = columns(attacks)
    if options.json:
        print(json.dumps(found))
        return 0
    console = Console(width=WIDTH)
    reason = ordinary_user.why_not()
    if reason is None:
        found |= columns_of_an_ordinary_user(options.only)
    elif os.geteuid() == 0:
        console.print(f"Not tried as an ordinary user: {reason}", markup=False)
    console.print(table(found, attacks))
    if options.markdown:
        options.markdown.write_text(page(found, attacks))
    failed = [name for name in attacks if any(column[name] in FAILURES for column in found.values())]
    console.print(
        f"{len(attacks)} attacks on {len(found)} rungs and users; {len(failed)} succeeded or could not be judged."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
