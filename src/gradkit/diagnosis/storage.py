"""Fingerprints as a JSON file, so that a course can hand them to students: numbers and sentences, no code."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from .behaviour import Behaviour
from .fingerprints import Fingerprints, Probe, Twin, Wording

FORMAT = 1
DECIMALS, DIGITS = 7, 9
"""What is kept of a value: more than agreement asks for, and the same on every machine."""


def write_fingerprints(fingerprints: Fingerprints) -> str:
    """Return the JSON text of some fingerprints; of a mistake, only what differs from the right function."""
    wording = fingerprints.wording
    content = {
        "format": FORMAT,
        "wording": {
            "parts": wording.parts,
            "aspects": list(wording.aspects.items()),
            "symbols": list(wording.symbols.items()),
        },
        "probes": [
            {
                "name": probe.name,
                "arguments": [_packed(argument, exact=True) for argument in probe.arguments],
                "aspect": probe.aspect,
                "sizes": dict(probe.sizes),
                "beyond": probe.beyond,
                "edge": probe.edge,
            }
            for probe in fingerprints.probes
        ],
        "right": [_packed_behaviour(behaviour) for behaviour in fingerprints.right],
        "mistakes": [
            {"name": twin.name, "sentence": twin.sentence, "differs": _differences(twin, fingerprints.right)}
            for twin in fingerprints.twins
        ],
    }
    return json.dumps(content, separators=(",", ":"))


def read_fingerprints(path: Path) -> Fingerprints:
    """Return the fingerprints in a JSON file; raises ValueError or OSError for any other file."""
    try:
        content = json.loads(path.read_text("utf-8"))
        found = content["format"]
        if found == FORMAT:
            return _fingerprints(content)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path.name} holds no fingerprints ({type(error).__name__}: {error})") from None
    raise ValueError(f"{path.name} has format {found}, expected {FORMAT}: update gradkit")


def _fingerprints(content: dict[str, Any]) -> Fingerprints:
    right = tuple(_behaviour(packed) for packed in content["right"])
    wording = content["wording"]
    probes = (
        Probe(
            probe["name"],
            tuple(_unpacked(argument) for argument in probe["arguments"]),
            probe["aspect"],
            probe["sizes"],
            probe["beyond"],
            probe["edge"],
        )
        for probe in content["probes"]
    )
    return Fingerprints(
        Wording(tuple(wording["parts"]), dict(wording["aspects"]), dict(wording["symbols"])),
        tuple(probes),
        right,
        tuple(_twin(packed, right) for packed in content["mistakes"]),
    )


def _differences(twin: Twin, right: tuple[Behaviour, ...]) -> dict[str, Any]:
    pairs = enumerate(zip(twin.behaviours, right, strict=True))
    return {str(n): _packed_behaviour(mine) for n, (mine, theirs) in pairs if not mine.agrees_with(theirs)}


def _twin(packed: dict[str, Any], right: tuple[Behaviour, ...]) -> Twin:
    differing = {int(number): _behaviour(behaviour) for number, behaviour in packed["differs"].items()}
    behaviours = tuple(differing.get(number, behaviour) for number, behaviour in enumerate(right))
    return Twin(packed["name"], packed["sentence"], behaviours)


def _packed_behaviour(behaviour: Behaviour) -> dict[str, Any]:
    values = [_packed(value) for value in behaviour.values]
    return {"values": values, "changed": list(behaviour.changed), "raised": behaviour.raised}


def _behaviour(packed: dict[str, Any]) -> Behaviour:
    return Behaviour(tuple(map(_unpacked, packed["values"])), tuple(packed["changed"]), packed["raised"])


def _packed(value: Any, *, exact: bool = False) -> Any:
    if isinstance(value, np.ndarray):
        flat = value.ravel().tolist()
        numbers = flat if exact else [_rounded(number) for number in flat]
        return {"dtype": str(value.dtype), "shape": list(value.shape), "numbers": numbers}
    return _rounded(value) if isinstance(value, float) and not exact else value


def _rounded(number: float) -> float:
    return float(f"{round(number, DECIMALS):.{DIGITS}g}") + 0.0  # no negative zero


def _unpacked(packed: Any) -> Any:
    if isinstance(packed, dict):
        return np.array(packed["numbers"], packed["dtype"]).reshape(packed["shape"])
    return packed
