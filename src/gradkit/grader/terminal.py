"""The terminal as long runs use it: as wide as it is, or as a file should be, with a bar that says what is left."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

WIDTH_OF_A_FILE = 120
Item = TypeVar("Item")


def standard_output() -> Console:
    """Return the console of the program's output; what is written to a file or a pipe has no window to fit into."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=WIDTH_OF_A_FILE)


def progress(items: Iterable[Item], total: int, console: Console, word: str) -> Iterator[Item]:
    """Yield the items as they come, with a bar that counts them up to ``total`` behind a word for what is done."""
    columns = (
        *(TextColumn(word), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}")),
        *(TextColumn("left"), TimeRemainingColumn()),
    )
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(word, total=total, rate="")
        for item in items:
            speed = shown.tasks[0].finished_speed or shown.tasks[0].speed
            shown.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
            yield item
