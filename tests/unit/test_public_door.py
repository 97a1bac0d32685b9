"""`import gradkit`: one public door, and a light one."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gradkit


def test_every_public_name_can_be_had():
    """Nothing in `__all__` is a dead name."""
    assert [name for name in gradkit.__all__ if getattr(gradkit, name, None) is None] == []


def test_editors_and_the_running_program_see_the_same_names():
    """The imports for type checkers and the table used at run time list the same names from the same modules."""
    tree = ast.parse(Path(gradkit.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("gradkit.")
        for alias in node.names
    }
    assert typed == gradkit._HOME


def test_all_lists_the_names_of_the_table():
    """`__all__` is the table's names, sorted, and so is what the Tab key offers."""
    assert gradkit.__all__ == list(gradkit._HOME) == dir(gradkit)


def test_an_unknown_name_says_what_there_is():
    """A misspelt name is answered with the list of right ones."""
    with pytest.raises(AttributeError, match=r"no attribute 'load_cifar'.*load_cifar10"):
        _ = gradkit.load_cifar


def test_importing_gradkit_loads_neither_numpy_nor_matplotlib():
    """The sandbox imports this package too: its door has to be light."""
    code = "import sys, gradkit; print(sorted({'numpy', 'matplotlib', 'pooch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_plotting_never_loads_pyplot():
    """Figures are made without pyplot, which keeps global state and would show each of them twice."""
    code = "import sys, gradkit; gradkit.plot_loss; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
