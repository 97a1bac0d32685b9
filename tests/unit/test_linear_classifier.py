"""The linear classifier: a thin, honest shell around W."""

import numpy as np
import pytest

from gradkit.errors import NotReadyError
from gradkit.linear_classifier import LinearClassifier

rng = np.random.default_rng(0)
X = rng.standard_normal((90, 4)).astype(np.float32)
y = np.argmax(X[:, :3], axis=1)
SETTINGS = {"learning_rate": 0.1, "reg": 0.0, "batch_size": 30}


def squared_error(W, X, y, reg):
    """Half the mean squared distance of the scores from one-hot labels."""
    error = X @ W - np.eye(W.shape[1])[y]
    return 0.5 * np.mean(np.sum(error**2, axis=1)), X.T @ error / len(X)


def test_training_makes_weights_of_the_right_shape_and_type():
    """One row an input, one column a class, in the float type of the inputs."""
    classifier = LinearClassifier(squared_error)
    classifier.train(X, y, steps=1, **SETTINGS)
    assert (classifier.W.shape, classifier.W.dtype) == ((4, 3), np.float32)


def test_predictions_are_the_classes_with_the_largest_score():
    """Predictions and accuracy belong together."""
    classifier = LinearClassifier(squared_error)
    classifier.train(X, y, steps=200, **SETTINGS)
    predictions = classifier.predict(X)
    assert (predictions.shape, predictions.dtype) == ((90,), np.int64)
    assert classifier.accuracy(X, y) == np.mean(predictions == y) > 0.8


def test_training_again_goes_on_from_the_weights_learned():
    """The second training starts at the loss where the first one ended."""
    classifier = LinearClassifier(squared_error)
    first = classifier.train(X, y, steps=100, **SETTINGS)
    second = classifier.train(X, y, steps=1, **SETTINGS)
    assert second.loss[0] < 0.7 * first.loss[0]


def test_the_seed_decides_weights_and_batches():
    """Two classifiers with one seed are the same."""
    classifiers = [LinearClassifier(squared_error) for _ in range(3)]
    for classifier, seed in zip(classifiers, (1, 1, 2), strict=True):
        classifier.train(X, y, steps=5, seed=seed, **SETTINGS)
    np.testing.assert_array_equal(classifiers[0].W, classifiers[1].W)
    assert not np.array_equal(classifiers[0].W, classifiers[2].W)


@pytest.mark.parametrize("ask", [lambda c: c.predict(X), lambda c: c.accuracy(X, y)])
def test_an_untrained_classifier_says_so(ask):
    """Asking before training gives a sentence, not an AttributeError."""
    with pytest.raises(NotReadyError, match="no weights yet: call its train"):
        ask(LinearClassifier(squared_error))


def test_a_training_that_fails_leaves_the_classifier_untrained():
    """A stub must not leave random weights behind, which would look like a result."""

    def stub(W, X, y, reg):
        raise NotImplementedError

    classifier = LinearClassifier(stub)
    with pytest.raises(NotReadyError, match="stub is not written yet"):
        classifier.train(X, y, steps=1, **SETTINGS)
    assert classifier.W is None
