"""The list of equivalent mutants: changed code that computes the same, each entry with the reason why."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from ..errors import SuiteError
from .mutants import Mutant


class Equivalent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry of ``autograder/<assignment>/mutation/equivalent.toml``; all but the reason name the mutant."""

    function: str
    operator: str
    line: str
    becomes: str
    occurrence: int = 1
    reason: str

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names the mutant."""
        return self.function, self.operator, self.line, self.becomes, self.occurrence


class _File(Struct, forbid_unknown_fields=True):
    equivalent: list[Equivalent] = []


def load_equivalents(path: Path) -> list[Equivalent]:
    """Return the entries of the file, none if there is no file; raises SuiteError for what is malformed."""
    if not path.exists():
        return []
    try:
        entries = msgspec.toml.decode(path.read_bytes(), type=_File).equivalent
    except (msgspec.MsgspecError, ValueError) as error:
        raise SuiteError(f"{path.name}: {error}") from None
    bare = [entry for entry in entries if not entry.reason.strip()]
    if bare:
        raise SuiteError(f"{path.name}: no reason is given why `{bare[0].line}` may become `{bare[0].becomes}`")
    keys = [entry.key for entry in entries]
    double = [entry for entry in entries if keys.count(entry.key) > 1]
    if double:
        raise SuiteError(f"{path.name}: `{double[0].line}` -> `{double[0].becomes}` is listed twice; remove one")
    return entries


def unmatched(entries: Sequence[Equivalent], mutants: Iterable[Mutant]) -> list[Equivalent]:
    """Return the entries that name none of the mutants."""
    known = {mutant.key for mutant in mutants}
    return [entry for entry in entries if entry.key not in known]


def entry_for(mutant: Mutant) -> str:
    """Return the lines with which a mutant would be listed as equivalent, but for the reason."""
    fields = [("function", mutant.function), ("operator", mutant.operator)]
    fields += [("line", mutant.line), ("becomes", mutant.becomes)]
    lines = [f"{name} = {msgspec.json.encode(text).decode()}" for name, text in fields]
    lines += [f"occurrence = {mutant.occurrence}"] * (mutant.occurrence > 1)
    return "\n".join(["[[equivalent]]", *lines, 'reason = ""'])
