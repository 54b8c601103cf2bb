"""Work of one thread prepared by another: reading goes on while the database stores."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

_T = TypeVar("_T")
# How often a reader that waits for room looks whether anybody still takes.
_LOOK = 0.2


class _End:
    """Marks the end of what is read, with what broke it off."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterator[_T], *, depth: int = 1) -> Generator[_T, None, None]:
    """Yield `items` in order while a thread reads the next ones, `depth` at most waiting.

    `items` must not touch the database: its connection belongs to the thread that takes. What
    `items` raises is raised here, after what came before it. The thread has ended when this
    generator has, however that came about, so that a file it reads may be closed.
    """
    waiting: queue.Queue[_T | _End] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def give(one: _T | _End) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(one, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        end = _End()
        try:
            for one in items:
                if not give(one):
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised again by who takes
            end = _End(error)
        give(end)

    reader = threading.Thread(target=read, name="aces-reader", daemon=True)
    reader.start()
    try:
        while not isinstance(one := waiting.get(), _End):
            yield one
        if one.error is not None:
            raise one.error
    finally:
        stopped.set()
        reader.join()
