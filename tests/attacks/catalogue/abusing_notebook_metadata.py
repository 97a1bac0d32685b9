"""Attacks by the notebook's own form: metadata, identities of cells, outputs, magics, JSON itself."""

import json
from typing import Any

from ..attack import NAIVE, VECTORIZED, Attack, answers, code, hands_in, notebook_of
from ..tools import RIGHT

FULL = 20.0
ZEROS = "def {name}(W, X, y, reg):\n    return 0.0, np.zeros_like(W)\n"
WRONG = r"wrong|should|Expected"
NOTHING_WRONG = r"^$"
LITTLE = 2 * 2.0


def _cell(name: str, source: str = ZEROS, **settings: Any) -> dict[str, Any]:
    """Return a graded cell with other settings of nbgrader's."""
    cell = code(source.replace("{name}", name))
    about = {"grade": True, "solution": True, "locked": False, "points": 10, "schema_version": 3, "grade_id": name}
    cell["metadata"]["nbgrader"] = about | {"cell_type": "code", "task": False} | settings
    return cell


def _both(source: str = ZEROS, **settings: Any) -> tuple[dict[str, Any], ...]:
    return tuple(_cell(name, source, **settings) for name in (NAIVE, VECTORIZED))


def _test_cell(**settings: Any) -> dict[str, Any]:
    cell = code("assert True")
    cell["metadata"]["nbgrader"] = {
        "grade": True,
        "solution": False,
        "locked": True,
        "points": 1000,
        "grade_id": "mine",
    }
    cell["metadata"]["nbgrader"] |= settings
    return cell


# What a student claims about the points, in a notebook whose answers are zeros.
CLAIMS: dict[str, bytes] = {
    "more-points": notebook_of(*_both(points=1_000_000)),
    "fewer-points": notebook_of(*_both(points=0)),
    "negative-points": notebook_of(*_both(points=-10)),
    "points-that-are-no-number": notebook_of(*_both(points="all")),
    "points-without-end": notebook_of(*_both(points=float("inf"))),
    "a-score-of-its-own": notebook_of(*_both(score=10.0, auto_score=10.0, manual_score=10.0, extra_credit=99)),
    "graded-by-hand": notebook_of(*_both(grade=False)),
    "locked-cells": notebook_of(*_both(locked=True, checksum="0" * 32)),
    "another-schema": notebook_of(*_both(schema_version=99)),
    "settings-that-are-a-list": notebook_of(*_both(), metadata={"nbgrader": ["points", 1000]}),
    "test-cells-of-its-own": notebook_of(*_both(), _test_cell(), _test_cell(grade_id="too", points=99)),
    "test-cells-that-bear-its-name": notebook_of(*_both(), _test_cell(grade_id=NAIVE)),
    "results-in-its-metadata": notebook_of(
        *_both(), metadata={"gradkit": {"score": 20}, "score": 20.0, "max_score": 20}
    ),
    "results-in-its-outputs": notebook_of(
        *(
            {**cell, "outputs": [{"output_type": "stream", "name": "stdout", "text": "20/20 passed"}]}
            for cell in _both()
        )
    ),
    "identities-swapped": notebook_of(_cell(NAIVE, grade_id=VECTORIZED), _cell(VECTORIZED, grade_id=NAIVE)),
    "identities-of-paths": notebook_of(
        _cell(NAIVE, grade_id="../../../solutions"), _cell(VECTORIZED, grade_id="/etc/passwd")
    ),
    "identities-of-markup": notebook_of(_cell(NAIVE, grade_id="<script>alert(1)</script>"), _cell(VECTORIZED)),
    "identities-of-control-characters": notebook_of(_cell(NAIVE, grade_id="\x1b[2J\u202e\n"), _cell(VECTORIZED)),
    "identity-a-million-times": notebook_of(_cell(NAIVE, grade_id="x" * 10**6), _cell(VECTORIZED)),
    "identities-twice": notebook_of(*_both(), *_both()),
    "identities-a-thousand-times": notebook_of(*(_cell(NAIVE) for _ in range(900)), _cell(VECTORIZED)),
    "identities-that-are-no-texts": notebook_of(_cell(NAIVE, grade_id=["a"]), _cell(VECTORIZED, grade_id={"a": 1})),
    "a-kernel-of-its-own": notebook_of(*_both(), metadata={"kernelspec": {"name": "../../evil", "language": "bash"}}),
    "a-language-of-its-own": notebook_of(
        *_both(), metadata={"language_info": {"name": "bash", "file_extension": ".sh"}}
    ),
    "a-widget-state": notebook_of(
        *_both(), metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}}
    ),
    "deep-metadata": notebook_of(*_both()).replace(
        b'"metadata": {}', b'"metadata": ' + b'{"a":' * 500 + b"1" + b"}" * 500, 1
    ),
}
# The same around right answers: nothing is lost by it, and nothing is passed on.
HARMLESS: dict[str, bytes] = {
    "scripts-in-outputs": notebook_of(
        *(
            {
                **cell,
                "outputs": [
                    {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>x</script>"}}
                ],
            }
            for cell in _both(RIGHT)
        )
    ),
    "attachments": notebook_of(
        *_both(RIGHT),
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": "![x](attachment:x)",
            "attachments": {"x": {"text/html": "<b>"}},
        },
    ),
    "trusted-by-itself": notebook_of(*({**c, "metadata": {**c["metadata"], "trusted": True}} for c in _both(RIGHT))),
    "keys-that-nobody-knows": notebook_of(*({**cell, "execute": "now", "id": 7} for cell in _both(RIGHT)), secret=True),
    "other-version-of-the-format": notebook_of(*_both(RIGHT), nbformat_minor=99),
    "an-execution-count": notebook_of(*({**cell, "execution_count": 10**9} for cell in _both(RIGHT))),
    "a-mark-for-the-byte-order": notebook_of(*_both(RIGHT)).decode().encode("utf-8-sig"),
    "another-encoding": notebook_of(*_both(RIGHT)).decode().encode("utf-16"),
    "blank-lines": notebook_of(*_both(RIGHT), {"cell_type": "markdown", "metadata": {}, "source": " \n" * 100_000}),
    "shell-escapes": notebook_of(
        code("!rm -rf /\n!curl http://127.0.0.1\nfiles = !ls\n%cd /\n%run evil.py"), *_both(RIGHT)
    ),
    "cells-for-other-programs": notebook_of(
        *(code(f"%%{m}\nrm -rf /") for m in ("bash", "script perl", "writefile x")), *_both(RIGHT)
    ),
    "orders-to-the-shell-it-runs-in": notebook_of(code("get_ipython().system('true')\nexit()"), *_both(RIGHT)),
    "a-test-in-its-own-cells": notebook_of(
        *_both(RIGHT), code("def test_can_be_called(): assert True\nimport pytest; pytest.exit(0)")
    ),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "blank": (b" \n" * 1000, "is empty"),
    "no-json": (b"print('hello')", "is not a notebook"),
    "half": (notebook_of(*_both(RIGHT))[:-200], "is not a notebook"),
    "zero-bytes": (b"\0" * 5000, "is not a notebook"),
    "no-text": (bytes(range(256)) * 40, "is not a notebook"),
    "a-pickle": (b"\x80\x04cos\nsystem\n(S'true'\ntR.", "is not a notebook"),
    "deep-brackets": (b"[" * 100_000, "nested too deeply|parts"),
    "deep-brackets-that-end": (b"[" * 50_000 + b"]" * 50_000, "nested too deeply"),
    "deep-objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply|not a notebook"),
    "many-brackets": (b"[" + b"[]," * 700_000 + b"[]]", "more than .* parts"),
    "many-keys": (b'{"nbformat": 4, ' + b",".join(b'"%d":{}' % n for n in range(400_000)) + b"}", "more than .* parts"),
    "a-number-of-many-digits": (b'{"nbformat": ' + b"4" * 5000 + b"}", "is not a notebook"),
    "a-number-beyond-all": (b'{"nbformat": 4e999, "cells": []}', "no nbformat number"),
    "not-a-number": (b'{"nbformat": NaN, "cells": []}', "no nbformat number"),
    "a-format-that-is-true": (b'{"nbformat": true, "cells": []}', "notebook format"),
    "a-format-that-is-a-fraction": (b'{"nbformat": 4.0, "cells": []}', "no nbformat number"),
    "an-old-format": (json.dumps({"nbformat": 3, "worksheets": []}).encode(), "notebook format 3"),
    "a-list": (b"[]", "no nbformat number"),
    "no-cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells-that-are-an-object": (b'{"nbformat": 4, "cells": {"0": {}}}', "no list of cells"),
    "cells-that-are-numbers": (b'{"nbformat": 4, "cells": [1, 2]}', "is not a notebook cell"),
    "cells-twice-the-last-counts": (notebook_of(*_both(RIGHT))[:-1] + b', "cells": 7}', "no list of cells"),
    "too-many-cells": (notebook_of(*(code("") for _ in range(2500))), "cells, more than"),
    "a-source-that-is-an-object": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": {"a": 1}}]}',
        "not text",
    ),
    "a-source-of-lists": (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [["a"]]}]}', "not text"),
    "a-cell-too-long": (notebook_of(code("#" * 300_000)), "characters of code"),
    "code-too-long": (notebook_of(*(code("#" * 150_000) for _ in range(8))), "characters of code"),
}
PASTED = f"def {NAIVE}"
KINDS = {
    "of-half-a-pair": "\ud800",
    "of-control-characters": "\x1b[2J",
    "a-million-long": "k" * 10**6,
    "that-is-a-list": ["deep"],
    "that-is-an-object": {"a": 1},
    "that-is-nothing": None,
    "that-is-a-number": 7,
}


def _of_a_kind(name: str, kind: Any) -> Attack:
    cell = {"cell_type": kind, "metadata": {}, "source": PASTED}
    return answers(f"kind-of-cell/{name}", RIGHT, "holds softmax_loss_naive but is a", cell, most=10.0)


ATTACKS = (
    *(hands_in(name, notebook, WRONG, most=LITTLE) for name, notebook in CLAIMS.items()),
    *(
        hands_in(f"around-right-answers/{name}", notebook, NOTHING_WRONG, most=FULL)
        for name, notebook in HARMLESS.items()
    ),
    *(hands_in(f"no-notebook/{name}", notebook, told, judged=False) for name, (notebook, told) in REFUSED.items()),
    *(_of_a_kind(name, kind) for name, kind in KINDS.items()),
)
