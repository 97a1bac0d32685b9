"""The plots: each a figure with a title and labels, and loud when the data are synthetic."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from gradkit.data import Dataset
from gradkit.errors import NotReadyError
from gradkit.plots import plot_accuracy, plot_image, plot_loss, plot_samples, plot_search, plot_templates
from gradkit.training import History

HISTORY = History(
    loss=list(np.linspace(2.3, 1.8, 60)),
    evaluated_at=[30, 60],
    train_accuracy=[0.2, 0.3],
    val_accuracy=[0.2, 0.28],
)
RESULTS = {(0.01, 1.0): 0.31, (0.1, 1.0): 0.35, (0.01, 0.1): 0.33}


@pytest.fixture
def data():
    """A tiny synthetic data set of three classes."""
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 255, (12, 32, 32, 3)), np.arange(12) % 3
    return Dataset(X, y, X, y, X, y, X, y, class_names=("a", "b", "c"), name="dots", synthetic=True)


def figures(data):
    """Return one figure of each kind."""
    weights = np.random.default_rng(1).standard_normal((3073, 3))
    return {
        "samples": plot_samples(data, per_class=2),
        "image": plot_image(data.X_train[0], "Mean", data),
        "loss": plot_loss(HISTORY, data),
        "accuracy": plot_accuracy(HISTORY, data),
        "search": plot_search(RESULTS, data),
        "templates": plot_templates(weights, data),
    }


def title(figure):
    """Return the figure's title, wherever it is."""
    return figure.get_suptitle() or figure.axes[0].get_title()


def test_every_plot_of_synthetic_data_says_so(data):
    """A screenshot cannot pass for a CIFAR-10 result."""
    assert [name for name, figure in figures(data).items() if "SYNTHETIC" not in title(figure)] == []


def test_no_plot_of_real_data_says_synthetic(data):
    """The warning is not decoration."""
    real = replace(data, synthetic=False)
    assert [name for name, figure in figures(real).items() if "SYNTHETIC" in title(figure)] == []


def test_every_plot_is_a_figure_that_a_notebook_can_show(data):
    """Each has a title and turns into a PNG by itself."""
    for name, figure in figures(data).items():
        assert isinstance(figure, Figure), name
        assert title(figure), name
        assert figure._repr_png_().startswith(b"\x89PNG"), name


@pytest.mark.parametrize("name", ["loss", "accuracy", "search"])
def test_axes_are_labelled(data, name):
    """A curve without labels is not a result."""
    axis = figures(data)[name].axes[0]
    assert axis.get_xlabel()
    assert axis.get_ylabel()


def test_plots_work_without_a_data_set():
    """Curves need the data set only for the warning."""
    assert title(plot_loss(HISTORY)) == "Loss while training"


def test_a_short_history_has_no_running_mean():
    """Fewer losses than the window: one line only."""
    assert len(plot_loss(History(loss=[2.3, 2.2])).axes[0].lines) == 1


def test_the_running_mean_stands_at_the_end_of_its_window():
    """The first mean of 25 losses is drawn at step 25."""
    assert plot_loss(HISTORY).axes[0].lines[1].get_xdata()[0] == 25


def test_accuracy_without_validation_has_one_curve():
    """Only what was measured is drawn."""
    assert len(plot_accuracy(replace(HISTORY, val_accuracy=[])).axes[0].lines) == 1


def test_the_heat_map_marks_the_best_and_leaves_untried_pairs_blank(data):
    """Three pairs of four were tried; the best is labelled in words."""
    texts = [text.get_text() for text in plot_search(RESULTS, data).axes[0].texts]
    assert sorted(texts) == ["0.310", "0.330", "0.350 best"]


def test_templates_show_zero_as_mid_grey(data):
    """A weight of zero is neither for nor against."""
    weights = np.zeros((3073, 3))
    weights[0], weights[1] = 1.0, -1.0
    shown = plot_templates(weights, data).axes[0].images[0].get_array()
    assert shown[5, 5].tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("shape", [(3072, 3), (3073, 3)])
def test_templates_take_weights_with_and_without_a_bias_row(data, shape):
    """The bias has no pixel to be shown at."""
    assert len(plot_templates(np.ones(shape), data).axes) >= 3


def test_weights_of_another_shape_are_refused(data):
    """The message says which shape was expected."""
    with pytest.raises(ValueError, match=r"expected W of shape \(3073, 3\), got \(3, 3073\)"):
        plot_templates(np.ones((3, 3073)), data)


@pytest.mark.parametrize(
    "draw",
    [
        lambda data: plot_loss(History(), data),
        lambda data: plot_accuracy(History(), data),
        lambda data: plot_search({}, data),
        lambda data: plot_templates(None, data),
    ],
)
def test_nothing_to_draw_asks_for_the_earlier_cell(data, draw):
    """An empty history or no weights is a cell that was not run."""
    with pytest.raises(NotReadyError, match=r"Run the .* cell above first"):
        draw(data)
