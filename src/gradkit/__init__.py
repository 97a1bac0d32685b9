"""Everything that an assignment notebook needs: data, checks, training and plots.

```python
import gradkit

data = gradkit.load_cifar10("synthetic")
classifier = gradkit.LinearClassifier(my_loss)
history = classifier.train(gradkit.flatten(data.X_train), data.y_train, learning_rate=1e-7, reg=1.0)
gradkit.plot_loss(history)
```

Each name is imported when it is first used, so `import gradkit` costs nothing and never loads matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; at run time `__getattr__` does it
    from gradkit.checking import check as check
    from gradkit.data import Dataset as Dataset
    from gradkit.data import load_cifar10 as load_cifar10
    from gradkit.errors import CheckError as CheckError
    from gradkit.errors import DataError as DataError
    from gradkit.errors import GradkitError as GradkitError
    from gradkit.errors import LossContractError as LossContractError
    from gradkit.errors import NotReadyError as NotReadyError
    from gradkit.errors import SubmissionError as SubmissionError
    from gradkit.errors import require as require
    from gradkit.gradient_check import GradientReport as GradientReport
    from gradkit.gradient_check import check_gradient as check_gradient
    from gradkit.gradient_check import numerical_gradient as numerical_gradient
    from gradkit.linear_classifier import LinearClassifier as LinearClassifier
    from gradkit.loss_call import call_loss as call_loss
    from gradkit.loss_call import time_loss as time_loss
    from gradkit.plots import plot_accuracy as plot_accuracy
    from gradkit.plots import plot_image as plot_image
    from gradkit.plots import plot_loss as plot_loss
    from gradkit.plots import plot_samples as plot_samples
    from gradkit.plots import plot_search as plot_search
    from gradkit.plots import plot_templates as plot_templates
    from gradkit.preprocess import Preprocessor as Preprocessor
    from gradkit.preprocess import append_ones as append_ones
    from gradkit.preprocess import flatten as flatten
    from gradkit.training import History as History
    from gradkit.training import accuracy as accuracy
    from gradkit.training import sgd as sgd

_HOME = {
    "CheckError": "gradkit.errors",
    "DataError": "gradkit.errors",
    "Dataset": "gradkit.data",
    "GradientReport": "gradkit.gradient_check",
    "GradkitError": "gradkit.errors",
    "History": "gradkit.training",
    "LinearClassifier": "gradkit.linear_classifier",
    "LossContractError": "gradkit.errors",
    "NotReadyError": "gradkit.errors",
    "Preprocessor": "gradkit.preprocess",
    "SubmissionError": "gradkit.errors",
    "accuracy": "gradkit.training",
    "append_ones": "gradkit.preprocess",
    "call_loss": "gradkit.loss_call",
    "check": "gradkit.checking",
    "check_gradient": "gradkit.gradient_check",
    "flatten": "gradkit.preprocess",
    "load_cifar10": "gradkit.data",
    "numerical_gradient": "gradkit.gradient_check",
    "plot_accuracy": "gradkit.plots",
    "plot_image": "gradkit.plots",
    "plot_loss": "gradkit.plots",
    "plot_samples": "gradkit.plots",
    "plot_search": "gradkit.plots",
    "plot_templates": "gradkit.plots",
    "require": "gradkit.errors",
    "sgd": "gradkit.training",
    "time_loss": "gradkit.loss_call",
}

__all__ = [
    "CheckError",
    "DataError",
    "Dataset",
    "GradientReport",
    "GradkitError",
    "History",
    "LinearClassifier",
    "LossContractError",
    "NotReadyError",
    "Preprocessor",
    "SubmissionError",
    "accuracy",
    "append_ones",
    "call_loss",
    "check",
    "check_gradient",
    "flatten",
    "load_cifar10",
    "numerical_gradient",
    "plot_accuracy",
    "plot_image",
    "plot_loss",
    "plot_samples",
    "plot_search",
    "plot_templates",
    "require",
    "sgd",
    "time_loss",
]


def __getattr__(name: str) -> Any:
    """Return a public name from the module it lives in, importing that module now."""
    if name not in _HOME:
        raise AttributeError(f"module 'gradkit' has no attribute {name!r}. It offers: {', '.join(__all__)}.")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Return the public names, so that a notebook's Tab key offers them."""
    return [*__all__]
