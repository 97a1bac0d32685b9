"""The guests' parent: warm, trusted and without a secret, it forks one confined guest per request.

It reads only the grader's control socket and never a byte that student code wrote. The grader sends
settings first, then ``{"spawn": job}`` with the guest's channel attached; it gets ``{"spawned": job}`` with a
pidfd of the guest, and ``{"ended": job, ...}`` when the guest is gone.
"""

import array
import gc
import json
import os
import select
import signal
import socket
import traceback
from typing import Any

import numpy as np

from gradkit.definitions import cells, surroundings

from .. import wire
from . import confine, linux, serve

MAX_MESSAGE = 65536
WARM_SEED = 271_828_182  # not what a student would choose: seeding in a function must be seen as a change


class Zygote:
    """Forks guests and reports their ends."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.poll = select.poll()
        self.guests: dict[int, tuple[int, int]] = {}
        self.settings = confine.Settings.of(json.loads(control.recv(MAX_MESSAGE)))
        # New process-id namespaces are made from here each time: without a fixed start they would nest.
        self.own_namespaces = os.pidfd_open(os.getpid()) if "namespaces" in self.settings.layers else -1

    def run(self) -> None:
        """Serve the grader until it hangs up."""
        self.poll.register(self.control, select.POLLIN)
        self._say({"ready": os.getpid(), "numpy": np.__version__})
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor == self.control.fileno():
                    self._spawn()
                else:
                    self._reap(descriptor)

    def _spawn(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self.control, MAX_MESSAGE, 1)
        if not message:
            self._end_everything()
        job = json.loads(message)["spawn"]
        if self.own_namespaces >= 0:
            linux.setns(self.own_namespaces, linux.CLONE_NEWPID)
            linux.unshare(linux.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            _become_guest(descriptors[0], self.settings)
        os.close(descriptors[0])
        handle = os.pidfd_open(pid)
        self.guests[handle] = (pid, job)
        self.poll.register(handle, select.POLLIN)
        self._say({"spawned": job}, handle)

    def _reap(self, handle: int) -> None:
        pid, job = self.guests.pop(handle)
        self.poll.unregister(handle)
        os.close(handle)
        _, status, usage = os.wait4(pid, 0)
        cpu = usage.ru_utime + usage.ru_stime
        self._say({"ended": job, "status": status, "cpu": cpu, "peak": usage.ru_maxrss * 1024})

    def _say(self, message: dict[str, Any], descriptor: int | None = None) -> None:
        data = json.dumps(message).encode()
        attached = [] if descriptor is None else [descriptor]
        levels = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", attached))] if attached else []
        self.control.sendmsg([data], levels)

    def _end_everything(self) -> None:
        for pid, _ in self.guests.values():
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _become_guest(channel: int, settings: confine.Settings) -> None:
    """Turn the freshly forked process into a guest; ends it with status 70 if any layer fails."""
    try:
        applied = confine.confine(channel, settings)
        gc.enable()
    except BaseException:  # noqa: BLE001 - reported to the grader, which treats it as our own fault
        report = wire.frame(wire.Kind.ERROR, 0, [traceback.format_exc()[-4000:]])
        for place in (3, channel):
            try:
                os.write(place, report)
                break
            except OSError:
                continue
        os._exit(70)
    try:
        serve.serve(applied)
    finally:
        os._exit(71)


def _warm_up() -> None:
    """Touch what every guest will touch, so that the pages and caches are there before the first fork."""
    numbers = np.random.default_rng(0).standard_normal((64, 64))
    (numbers @ numbers).sum()
    np.linalg.norm(np.exp(numbers))
    np.random.seed(WARM_SEED)
    cells.slice_cells([(0, "import numpy as np\ndef f(x):\n    return np.exp(x)\n")], ["f"])
    wire.values(wire.frame(wire.Kind.RESULT, 1, [(1.0, numbers)])[wire.HEADER.size :], 1)


def main(control: int) -> None:
    """Run a zygote on the control socket that the grader left at this descriptor."""
    linux.die_with_parent()
    surroundings.preload()
    _warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()
    Zygote(socket.socket(fileno=control)).run()
