"""Makes calls visible that C code makes: ``map(math.exp, x)`` loops without one instruction of Python's.

What takes a function to call it many times (map, sorted's key, np.vectorize) is replaced, for student code, by
itself with a relay in between: a Python function whose frames :mod:`counting` sees.
"""

import builtins
import functools
import itertools
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

Function = Callable[..., Any]


def relayed(function: Function) -> Function:
    """Return a function that calls this one and does nothing else."""

    def relay(*arguments: Any, **options: Any) -> Any:
        return function(*arguments, **options)

    return relay


RELAY: CodeType = relayed(len).__code__
"""The code of every relay."""


def is_students(frame: FrameType) -> bool:
    """Tell whether a frame runs code of a notebook's cell."""
    return frame.f_code.co_filename.startswith("<cell ")


def _asked_by_student() -> bool:
    """Tell whether a replacement was called from a cell; libraries use the same names for purposes of their own."""
    return is_students(sys._getframe(2))


def _with_relay(iterator: type) -> type:
    """Return a subclass of an iterator type whose first argument is the function that it calls."""

    def new(cls: type, function: Any, *iterables: Iterable[Any], **options: Any) -> Any:
        seen = relayed(function) if function is not None and _asked_by_student() else function
        return iterator.__new__(cls, seen, *iterables, **options)

    return type(iterator.__name__, (iterator,), {"__new__": new, "__doc__": iterator.__doc__})


def _with_relayed_key(sort: Function) -> Any:
    @functools.wraps(sort)
    def replacement(*arguments: Any, **options: Any) -> Any:
        if options.get("key") is not None and _asked_by_student():
            options["key"] = relayed(options["key"])
        return sort(*arguments, **options)

    return replacement


def _calling(original: Function) -> Any:
    """Return a function in place of one whose first argument is the function that it calls."""

    @functools.wraps(original)
    def replacement(*arguments: Any, **options: Any) -> Any:
        if arguments and _asked_by_student():
            arguments = (relayed(arguments[0]), *arguments[1:])
        return original(*arguments, **options)

    return replacement


class _Vectorize(np.vectorize):
    __doc__ = np.vectorize.__doc__

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        function = self.pyfunc
        if callable(function) and getattr(function, "__code__", None) is not RELAY:
            self.pyfunc = relayed(function)
        return super().__call__(*arguments, **options)


_Vectorize.__name__ = _Vectorize.__qualname__ = "vectorize"


REPLACED: tuple[tuple[ModuleType, str, Function], ...] = (
    (builtins, "map", _with_relay),
    (builtins, "filter", _with_relay),
    (itertools, "starmap", _with_relay),
    (builtins, "sorted", _with_relayed_key),
    (functools, "reduce", _calling),
    (np, "apply_along_axis", _calling),
    (np, "frompyfunc", _calling),
    (np, "vectorize", lambda original: _Vectorize),
)
"""Module and name of each function that is replaced, and what makes the replacement from it."""


def install() -> None:
    """Put the replacements in place, before student code runs."""
    for module, name, replacement_of in REPLACED:
        setattr(module, name, replacement_of(getattr(module, name)))
