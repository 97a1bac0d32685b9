"""Writes docs/cli.md from the command line's own help: ``python docs/make_cli.py``."""

from pathlib import Path

import click

from gradkit.grader.cli import main

PAGE = Path(__file__).with_name("cli.md")
HEAD = "# Commands\n\nWritten by `python docs/make_cli.py` from the commands' own help.\n"


def page() -> str:
    """Return the page: the help of the program and of each command."""
    context = click.Context(main, info_name="gradkit", terminal_width=100)
    parts = [HEAD, _section("gradkit", main.get_help(context))]
    for name in sorted(main.commands):
        command = click.Context(main.commands[name], info_name=name, parent=context, terminal_width=100)
        parts.append(_section(f"gradkit {name}", main.commands[name].get_help(command)))
    return "\n".join(parts)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```\n{text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page())
