"""The pictures of an experiment: each function returns one matplotlib figure, titled and labelled.

Colours are Okabe and Ito's, and heat maps use viridis: both can be told apart without colour vision.
"""

import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gradkit.data import Dataset
from gradkit.errors import NotReadyError, require
from gradkit.training import History

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#777777"
WARNING = "SYNTHETIC DATA"


class Picture(Figure):
    """A figure that a notebook shows by itself, once, without pyplot keeping a second reference to it."""

    def _repr_png_(self) -> bytes:
        """Return the figure as PNG, which is what Jupyter asks of the last value of a cell."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=90)
        return buffer.getvalue()


def plot_samples(data: Dataset, per_class: int = 7) -> Figure:
    """Return a grid with `per_class` training pictures of each class, a column for each class."""
    classes = data.class_names
    figure = Picture(figsize=(1.05 * len(classes), 1.0 * per_class + 0.9), layout="constrained")
    axes = figure.subplots(per_class, len(classes), squeeze=False)
    for label, name in enumerate(classes):
        rows = np.flatnonzero(data.y_train == label)[:per_class]
        for place, row in enumerate(rows):
            axes[place, label].imshow(data.X_train[row].astype(np.uint8))
        axes[0, label].set_title(name, fontsize=10)
    for axis in axes.flat:
        axis.set_axis_off()
    figure.suptitle(_title(f"Training pictures of {data.name}", data))
    return figure


def plot_image(image: NDArray[Any], title: str, data: Dataset | None = None) -> Figure:
    """Return one picture (H, W, 3) with values from 0 to 255, enlarged."""
    figure = Picture(figsize=(3.4, 3.6), layout="constrained")
    axis = figure.subplots()
    axis.imshow(np.clip(np.asarray(image) / 255, 0, 1))
    axis.set_axis_off()
    figure.suptitle(_title(title, data), fontsize=10)
    return figure


def plot_loss(history: History, data: Dataset | None = None, smooth: int = 25) -> Figure:
    """Return the loss of every mini-batch, with its running mean over `smooth` of them."""
    require(bool(history.loss), "plot_loss: this history is empty. Run the training cell above first.")
    figure = Picture(figsize=(7, 4), layout="constrained")
    axis = figure.subplots()
    steps = np.arange(1, len(history.loss) + 1)
    axis.plot(steps, history.loss, color=GREY, alpha=0.4, linewidth=0.8, label="each mini-batch")
    if len(steps) >= smooth:
        mean = np.convolve(history.loss, np.full(smooth, 1 / smooth), mode="valid")
        axis.plot(steps[smooth - 1 :], mean, color=BLUE, label=f"mean of the last {smooth}")
    _label(axis, _title("Loss while training", data), "step", "loss (nats)")
    axis.legend()
    return figure


def plot_accuracy(history: History, data: Dataset | None = None) -> Figure:
    """Return training and validation accuracy over the steps."""
    require(bool(history.loss), "plot_accuracy: this history is empty. Run the training cell above first.")
    figure = Picture(figsize=(7, 4), layout="constrained")
    axis = figure.subplots()
    axis.plot(history.evaluated_at, history.train_accuracy, color=ORANGE, marker="o", label="training")
    if history.val_accuracy:
        axis.plot(history.evaluated_at, history.val_accuracy, color=BLUE, marker="s", label="validation")
    _label(axis, _title("Accuracy while training", data), "step", "accuracy (share right)")
    axis.legend()
    return figure


def plot_search(results: dict[tuple[float, float], float], data: Dataset | None = None) -> Figure:
    """Return a heat map of validation accuracy, `{(learning_rate, reg): share}`; untried pairs stay blank."""
    require(bool(results), "plot_search: there are no results yet. Run the search cell above first.")
    rates = sorted({rate for rate, _ in results})
    regs = sorted({reg for _, reg in results})
    grid = np.array([[results.get((rate, reg), np.nan) for reg in regs] for rate in rates])
    figure = Picture(figsize=(1.3 * len(regs) + 2.4, 0.8 * len(rates) + 1.8), layout="constrained")
    axis = figure.subplots()
    image = axis.imshow(grid, cmap="viridis", origin="lower", aspect="auto")
    figure.colorbar(image, ax=axis, label="validation accuracy")
    middle = (np.nanmin(grid) + np.nanmax(grid)) / 2
    for (row, column), value in np.ndenumerate(grid):
        if np.isfinite(value):
            colour = "black" if value > middle else "white"
            best = " best" if value == np.nanmax(grid) else ""
            axis.text(column, row, f"{value:.3f}{best}", ha="center", va="center", color=colour)
    axis.set_xticks(range(len(regs)), [f"{reg:g}" for reg in regs])
    axis.set_yticks(range(len(rates)), [f"{rate:g}" for rate in rates])
    _label(axis, _title("Hyperparameter search", data), "regularization strength", "learning rate")
    axis.grid(visible=False)
    return figure


def plot_templates(W: NDArray[Any] | None, data: Dataset, title: str = "What each class's weights look for") -> Figure:
    """Return each class's weights as a picture, from W (3072, C) or (3073, C) with a bias row at the end."""
    if W is None:
        raise NotReadyError("plot_templates: there are no weights yet. Run the training cell above first.")
    pixels = int(np.prod(data.X_train.shape[1:]))
    if W.shape not in {(pixels, len(data.class_names)), (pixels + 1, len(data.class_names))}:
        raise ValueError(f"plot_templates: expected W of shape ({pixels + 1}, {len(data.class_names)}), got {W.shape}.")
    figure = Picture(figsize=(9, 4.2), layout="constrained")
    axes = figure.subplots(2, -(-len(data.class_names) // 2), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, name, column in zip(axes.flat, data.class_names, W[:pixels].T, strict=False):
        axis.imshow(_stretched(column.reshape(data.X_train.shape[1:])))
        axis.set_title(name, fontsize=10)
    figure.suptitle(_title(f"{title} (mid grey is zero)", data))
    return figure


def _stretched(weights: NDArray[Any]) -> NDArray[np.float64]:
    """Return weights scaled to 0..1 with zero at mid grey."""
    # The 99.5th percentile, because one hot pixel would leave the rest grey.
    limit = max(float(np.percentile(abs(weights), 99.5)), 1e-12)
    return np.asarray(np.clip(0.5 + 0.5 * np.asarray(weights, dtype=np.float64) / limit, 0, 1))


def _title(text: str, data: Dataset | None) -> str:
    return f"{WARNING}: {text}" if data is not None and data.synthetic else text


def _label(axis: Axes, title: str, x: str, y: str) -> None:
    axis.set_title(title)
    axis.set_xlabel(x)
    axis.set_ylabel(y)
    axis.grid(alpha=0.3)
