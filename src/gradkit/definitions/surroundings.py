"""The world that student finds: no input, no output, stand-ins for what is not there."""

import builtins
import importlib
import io
import sys
import types
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from typing import Any, NoReturn

import numpy as np

# Imported before the first guest is forked: no guest can open a file.
PRELOADED = """
abc argparse array ast base64 binascii bisect builtins bz2 cProfile calendar cmath code codecs collections
collections.abc concurrent.futures configparser contextlib contextvars copy copyreg csv ctypes dataclasses datetime
decimal difflib dis enum errno filecmp fnmatch fractions functools gc getopt getpass glob gzip hashlib heapq
hmac html importlib importlib.util inspect io itertools json keyword
linecache locale logging lzma marshal math multiprocessing numbers operator os pathlib pdb pickle pickletools
pkgutil platform pprint pstats queue random re reprlib resource secrets select selectors shelve shlex
shutil signal socket stat statistics string struct subprocess sys sysconfig tarfile tempfile textwrap threading time
timeit token tokenize traceback types typing unicodedata urllib.parse uuid warnings
weakref zipfile zlib zoneinfo _strptime
encodings.ascii encodings.cp1252 encodings.idna encodings.latin_1 encodings.unicode_escape encodings.utf_16
encodings.utf_8_sig
numpy.testing numpy.fft numpy.polynomial numpy.ma numpy.lib.stride_tricks numpy.typing
""".split()


class Nowhere(io.TextIOBase):
    """A text stream that forgets what is written to it."""

    def writable(self) -> bool:
        """Return True: everything may be written, nothing is kept."""
        return True

    def write(self, text: str) -> int:
        """Forget the text; return its length."""
        return len(text)


class Missing:
    """Stands for what is not there where grading happens, a module or a notebook's variable; using it says so."""

    def __init__(self, name: str, why: str) -> None:
        self._name = name
        self._why = why

    def _complain(self, *_: object, **__: object) -> NoReturn:
        raise ModuleNotFoundError(f"{self._name!r} {self._why}", name=self._name)

    def __getattr__(self, attribute: str) -> Any:
        """Refuse to pretend: an attribute of what is missing is an error when it is used."""
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return self._complain()

    __call__ = __getitem__ = __iter__ = __len__ = __enter__ = __array__ = __index__ = __float__ = __bool__ = _complain
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __matmul__ = __rmatmul__ = _complain


class NotThereWhileGrading(MetaPathFinder):
    """Finds no package but numpy and Python's own: wherever student code is taken, it has no others."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None) -> None:
        """Leave what may be imported to the other finders; raise ModuleNotFoundError for all else."""
        package = name.partition(".")[0]
        if package != "numpy" and package not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def preload() -> None:
    """Import what students commonly import, and what `from numpy import *` would import on demand."""
    for name in PRELOADED:
        importlib.import_module(name)
    for name in np.__all__:
        getattr(np, name)


def furnish() -> dict[str, Any]:
    """Prepare this process for student code and return the namespace in which it runs."""
    sys.stdout = sys.stderr = Nowhere()
    sys.stdin = io.StringIO()
    sys.argv = sys.orig_argv = ["notebook"]
    builtins.input = _no_input
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    # Python 2's name for range, which much of the course's older code uses or imports.
    builtins.xrange = range  # type: ignore[attr-defined]
    past = types.ModuleType("past")
    past.builtins = builtins  # type: ignore[attr-defined]
    sys.modules.update({"past": past, "past.builtins": builtins})
    # A progress bar is no part of an answer: its loop runs without one.
    bars = types.ModuleType("tqdm")
    bars.tqdm, bars.trange, bars.auto, bars.notebook = _without_bar, range, bars, bars  # type: ignore[attr-defined]
    sys.modules.update({"tqdm": bars, "tqdm.auto": bars, "tqdm.notebook": bars})
    sys.modules.pop("gradkit", None)  # what was imported of it is ours
    sys.meta_path.insert(0, NotThereWhileGrading())
    namespace = main.__dict__
    namespace.update(__builtins__=builtins, np=np)
    return namespace


def _no_input(prompt: object = "") -> NoReturn:
    raise EOFError("input() cannot be answered while grading")


def _without_bar(iterable: Any = (), *_: object, **__: object) -> Any:
    return iterable


def stand_in(error: ModuleNotFoundError, names: frozenset[str], *, imported: bool, namespace: dict[str, Any]) -> None:
    """Bind the names of a statement that needs what is not there to stand-ins that explain themselves when used."""
    for name in names:
        if imported:
            why = "is not available while grading: only numpy and Python's own modules are"
            missing = Missing(error.name or name, why)
        else:
            missing = Missing(
                name, "is a variable of the notebook, which is not there while grading: use the arguments"
            )
        namespace.setdefault(name, missing)
