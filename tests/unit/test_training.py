"""Training: seeded, faithful to the student's function, and calm when things go wrong."""

import numpy as np
import pytest

from gradkit.errors import NotReadyError
from gradkit.training import History, accuracy, sgd

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 4))
y = (X[:, 0] > 0).astype(int)
W = np.zeros((4, 2))


def squared_error(W, X, y, reg):
    """A convex loss: mean squared distance of the scores from one-hot labels."""
    error = X @ W - np.eye(W.shape[1])[y]
    return 0.5 * np.mean(np.sum(error**2, axis=1)) + 0.5 * reg * np.sum(W * W), X.T @ error / len(X) + reg * W


def train(loss_function=squared_error, start=W, **settings):
    """Train with settings that work."""
    chosen = {"learning_rate": 0.1, "reg": 0.0, "steps": 200, "batch_size": 20} | settings
    return sgd(loss_function, start, X, y, **chosen)


def test_training_learns():
    """The loss falls and the labels are found."""
    trained, history = train()
    assert np.mean(history.loss[-10:]) < 0.7 * history.loss[0]
    assert accuracy(trained, X, y) > 0.9


def test_the_first_step_is_the_formula():
    """One step on a batch is W - learning_rate * dW."""
    seen = []

    def spy(W, X, y, reg):
        seen.append((X.copy(), y.copy()))
        return squared_error(W, X, y, reg)

    trained, _ = train(spy, steps=1, learning_rate=0.25, reg=0.5, start=np.ones((4, 2)))
    _, dW = squared_error(np.ones((4, 2)), *seen[0], 0.5)
    np.testing.assert_allclose(trained, 1 - 0.25 * dW)


def test_the_same_seed_gives_the_same_weights():
    """Training can be repeated exactly, and another seed differs."""
    first, again, other = (train(seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_weights_given_are_not_changed():
    """Training returns new weights, even for a loss function that has a gradient in its hand."""
    start = np.zeros((4, 2))
    train(start=start)
    assert not start.any()


def test_float32_stays_float32():
    """A gradient in float64 does not turn the weights into float64."""
    trained, _ = train(start=W.astype(np.float32))
    assert trained.dtype == np.float32


def test_accuracies_are_recorded_as_often_as_asked_and_at_the_end():
    """One entry in each list for every measurement."""
    _, history = train(steps=25, evaluate_every=10, X_val=X[:10], y_val=y[:10])
    assert history.evaluated_at == [10, 20, 25]
    assert len(history.train_accuracy) == len(history.val_accuracy) == 3
    assert len(history.loss) == 25


def test_without_validation_rows_none_are_recorded():
    """The list stays empty rather than full of nan."""
    assert train()[1].val_accuracy == []


def test_a_loss_that_runs_away_stops_with_advice(capsys):
    """The last sound weights are returned and the sentence suggests a smaller learning rate."""
    trained, history = train(learning_rate=50.0)
    assert np.isfinite(trained).all()
    assert len(history.loss) < 200
    assert "try a learning rate of 5e+00 instead of 5e+01" in history.stopped
    assert capsys.readouterr().out.strip() == history.stopped


def test_regularization_that_overshoots_is_recognised(capsys):
    """learning_rate * reg above 1 is named as a cause of its own."""
    _, history = train(learning_rate=0.1, reg=1_000.0, start=np.ones((4, 2)))
    assert "or reg below 1e+01" in history.stopped
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    "answer", [(np.nan, np.zeros((4, 2))), (np.inf, np.zeros((4, 2))), (1.0, np.full((4, 2), np.nan))]
)
def test_nonsense_at_the_first_step_is_not_blamed_on_the_learning_rate(answer, capsys):
    """Before any step was taken, the loss function itself is at fault."""
    trained, history = train(lambda *_: answer)
    assert "look for an overflowing exp" in history.stopped
    np.testing.assert_array_equal(trained, W)
    assert capsys.readouterr().out


def test_an_interrupt_keeps_what_was_learned(capsys):
    """Ctrl-C in the fourth step leaves the weights after three."""
    calls = []

    def interrupted(W, X, y, reg):
        calls.append(W)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return squared_error(W, X, y, reg)

    trained, history = train(interrupted)
    np.testing.assert_array_equal(trained, calls[3])
    assert history.stopped.startswith("Interrupted after 3 steps")
    assert "kept" in capsys.readouterr().out


def test_a_stub_is_reported_as_one():
    """Training with a function that is not written yet says so."""

    def stub(W, X, y, reg):
        raise NotImplementedError

    with pytest.raises(NotReadyError, match="stub is not written yet"):
        train(stub)


def test_the_progress_bar_is_off_unless_asked_for(capsys):
    """A log file is not filled with bars."""
    train(steps=3)
    assert capsys.readouterr() == ("", "")
    train(steps=3, progress=True)
    assert "3/3" in capsys.readouterr().out


def test_two_histories_share_nothing():
    """Each training has lists of its own."""
    first, second = History(), History()
    first.loss.append(1.0)
    assert second.loss == []
