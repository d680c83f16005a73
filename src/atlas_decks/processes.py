"""What each process of a pool does first."""

from __future__ import annotations

import os
import signal
from multiprocessing import connection, parent_process
from threading import Thread


def start() -> None:
    """Leave Ctrl+C to the parent, which ends its workers, and end by itself when the parent is killed.

    Without that, a worker would wait for ever, and hold the lock that it inherited.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        if (parent := parent_process()) is not None:
            connection.wait([parent.sentinel])
            os._exit(1)

    Thread(target=watch, daemon=True).start()
