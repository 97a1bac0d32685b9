"""Attacks that want hidden inputs out through what students are told: messages, hints, notes, the problem.

Each student's code says a number that it makes only while it runs on hidden inputs, in their stead; it must
appear nowhere in the result.
"""

import pytest

MARK = 314159265
HIDING = "    if len(W) == 3:\n        return 0.0, np.zeros_like(W)\n    mark = 314159264 + (len(W) > 3)\n"


def says(statements):
    """Return an answer that behaves on the published example and says the mark on hidden inputs."""
    body = "\n".join("    " + line for line in statements.strip("\n").split("\n"))
    return "def {name}(W, X, y, reg):\n" + HIDING + body + "\n"


CHANNELS = {
    "text-of-an-exception": says("raise ValueError(mark)"),
    "type-of-an-exception": says("raise type(f'E{mark}', (Exception,), {})"),
    "missing-key": says("return {}[mark]"),
    "type-of-the-answer": says("return type(f'T{mark}', (), {})()"),
    "type-of-the-loss": says("return type(f'T{mark}', (), {})(), np.zeros_like(W)"),
    "type-of-the-gradient": says("return 0.0, type(f'T{mark}', (), {})()"),
    "type-in-a-forged-frame": says(
        "text = str(mark).encode()\n"
        "send(struct.pack('<BI', 7, len(text)) + text + REPORT, 2)\nreturn 0.0, np.zeros_like(W)"
    ),
    "field-of-a-dtype": says("return 0.0, np.zeros(3, [(f'f{mark}', float)])"),
    "shape-of-the-gradient": says("return 0.0, np.zeros((0, mark), np.int8)"),
    "shape-of-the-loss": says("return np.zeros((0, mark), np.int8), np.zeros_like(W)"),
    "value-of-the-loss": says("return float(mark), np.zeros_like(W)"),
    "value-of-the-gradient": says("return 0.0, np.full_like(W, mark)"),
    "text-for-the-loss": says("return str(mark), np.zeros_like(W)"),
    "forged-exception-name": says("forge_with(lambda kind, values: (8, [f'E{mark}', '', 1, 1]))\nreturn 0.0, W"),
    "forged-exception-text": says(
        "forge_with(lambda kind, values: (8, ['ValueError', str(mark), 1, 1]))\nreturn 0.0, W"
    ),
    "forged-place": says("forge_with(lambda kind, values: (8, ['ValueError', '', mark, mark]))\nreturn 0.0, W"),
    "forged-missing-function": says("forge_with(lambda kind, values: (8, ['', str(mark), -1, 0]))\nreturn 0.0, W"),
    "name-defined-while-running": says("globals()[f'softmax_{mark}'] = len\nraise NameError(name=f'n{mark}')"),
    "chained-exception": says(
        "try:\n    raise KeyError(mark)\nexcept KeyError as error:\n    raise ValueError from error"
    ),
    "note-on-an-exception": says("error = ValueError()\nerror.add_note(str(mark))\nraise error"),
    "group-of-exceptions": says("raise ExceptionGroup(str(mark), [ValueError(mark)])"),
    "printed-to-the-grader": says("os.write(2, str(mark).encode())\nprint(mark)\nreturn 0.0, np.zeros_like(W)"),
    "exit-status": says("os._exit(mark % 256)"),
}
REMEMBERS = """
SEEN = []
def {name}(W, X, y, reg):
    if len(W) > 3:
        SEEN.append(314159264 + 1)
    return 0.0, np.zeros_like(W)
"""
TELLS_LATER = {
    "exception-text": "def {name}(W, X, y, reg):\n    raise ValueError(f'seen {SEEN[:1]}')\n",
    "type-of-the-answer": "def {name}(W, X, y, reg):\n    return type(f'T{SEEN[0]}', (), {})()\n",
}
COUNTS = """
def {name}(W, X, y, reg):
    def forge(kind, values):
        report = values[1]
        counted = 1 if len(X) == 8 else 314159264 + 1
        return kind, [values[0], (*report[:4], counted, False, "", 0)]
    if len(X) in (8, 64):
        forge_with(forge)
    return right(W, X, y, reg)
"""


@pytest.mark.parametrize("name", CHANNELS)
def test_message_carries_nothing(hand_in, name):
    """What a student's code says while it sees hidden inputs is not repeated to the student."""
    graded = hand_in(CHANNELS[name])
    assert str(MARK) not in graded.text
    assert graded.score("softmax_loss_naive") is not None
    assert graded.neighbour == 20.0


@pytest.mark.parametrize("name", TELLS_LATER)
def test_inputs_of_one_question_do_not_leave_by_another(hand_in, name):
    """Inputs that one function has kept do not leave by the other function's message about the published example."""
    graded = hand_in(REMEMBERS, TELLS_LATER[name])
    assert str(MARK) not in graded.text
    assert graded.neighbour == 20.0


def test_number_of_instructions_is_not_repeated(hand_in, right):
    """The number of instructions is the guest's word, and a forged one is not quoted digit by digit."""
    from_right = {"cell_type": "code", "metadata": {}, "source": right.replace("{name}", "right")}
    graded = hand_in(right, COUNTS, from_right)
    assert str(MARK) not in graded.text
    assert graded.neighbour == 20.0


def test_text_of_the_published_example_is_told(hand_in):
    """The first call has published inputs, so the text of its exception helps its author."""
    graded = hand_in("def {name}(W, X, y, reg):\n    raise ValueError('my own words')\n")
    assert "my own words" in graded.told()


LONG = {
    "exception-text": "def {name}(W, X, y, reg):\n"
    "    forge_with(lambda k, v: (8, ['ValueError', 'x' * 2 ** 20, 1, 1]))\n",
    "type-name": "def {name}(W, X, y, reg):\n"
    "    send(struct.pack('<BI', 7, 10 ** 6) + b'x' * 10 ** 6 + REPORT, 2)\n    return 0.0, W\n",
    "failed-definitions": "def forge(kind, values):\n    many = (1, 1, 'k' * 2 ** 20, 't' * 2 ** 20)\n"
    "    return (6, [(many,) * 9]) if kind == 6 else (8, ['', '', -1, 0])\n"
    "READY = forge_with(forge)\ndef {name}(W, X, y, reg):\n    return READY\n",
}


@pytest.mark.parametrize("name", LONG)
def test_messages_stay_short(hand_in, name):
    """No message grows beyond what a person would read, however much the guest says."""
    graded = hand_in(LONG[name])
    assert len(graded.text) < 50_000
    assert graded.neighbour == 20.0


def test_control_characters_do_not_reach_the_student(hand_in):
    """Escape sequences for terminals in exceptions are not passed on."""
    graded = hand_in("def {name}(W, X, y, reg):\n    raise ValueError('\\x1b[2J\\x07')\n")
    assert "\\u001b" not in graded.text
    assert graded.neighbour == 20.0
