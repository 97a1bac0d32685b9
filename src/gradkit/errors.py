"""The errors that the student's library raises, and how a notebook shows them.

```
GradkitError            what went wrong, where, and what to do next
├── DataError           a data set is missing, incomplete or not what it claims to be
├── NotReadyError       an earlier cell has still to be written or run
├── LossContractError   a loss function returned something that cannot be trained with
├── CheckError          check() was asked for something that it cannot do here
└── SubmissionError     a notebook that cannot be read, or has something to mend before it is handed in
```
"""


class GradkitError(Exception):
    """Says in plain words what went wrong and what to do next; a notebook shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython prints in place of a traceback: this library's frames help nobody."""
        return [f"{type(self).__name__}: {self}"]


class DataError(GradkitError):
    """A data set is missing, incomplete or not what it claims to be."""


class NotReadyError(GradkitError):
    """An earlier cell has still to be written or run."""


class CheckError(GradkitError):
    """check() was asked for something that it cannot do here."""


class SubmissionError(GradkitError):
    """A notebook that cannot be read, or has something to mend before it is handed in."""


class LossContractError(GradkitError):
    """A loss function returned something other than `(loss, dW)` with a scalar loss and a dW of W's shape."""


def require(condition: bool, message: str) -> None:
    """Stop the notebook with `message`, and without a traceback, unless `condition` holds.

    Raises:
        NotReadyError: `condition` is false.
    """
    if not condition:
        raise NotReadyError(message)
