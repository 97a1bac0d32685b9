"""check(): what a student can know about a function before handing it in, on the student's own computer.

```python
from gradkit import check

check("softmax_loss_vectorized")  # in the notebook: the public checks, and what is wrong in words
check.submission()                # what the grader will see in the saved file
```

`python -m gradkit check softmax.ipynb` does both on a saved file. An assignment brings its public checks as a file
beside the notebook, `<assignment>_checks.py`: ordinary functions marked with `public_check`, which say with `NotYet`,
`expect`, `close` and `slopes` what is not yet right. Nothing in this package knows an assignment.
"""

from .front import check
from .judging import NotYet, close, expect, slopes
from .public import public_check

__all__ = ["NotYet", "check", "close", "expect", "public_check", "slopes"]
