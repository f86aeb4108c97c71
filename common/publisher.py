"""Publishing off the request's path: a thread of a web process or worker sends what its work leaves behind.

A message costs as much as two INSERTs. What comes in while one is on its way goes out together: a task that says
so gets several numbers in one message. A process that is killed loses what it still holds; the sweeps find it
(HOUSE.md, "the outbox is the guarantee, the nudge is only speed").
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

logger = logging.getLogger(__name__)
LONGEST = 10_000  # messages waiting; more means that the broker is away, and the sweeps will do it
TOGETHER = 20  # numbers in one message
PAUSE = 0.2  # seconds in which others may join: nobody notices it, and each message less is work saved
LAST_SECONDS = 3.0  # for what is left when the process ends

Message = tuple[str, tuple[Any, ...], bool]
Send = Callable[[str, tuple[Any, ...]], None]


class Publisher:
    """One thread and its queue; started by the first message, anew in a process that was forked since."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.waiting: queue.Queue[Message] = queue.Queue(LONGEST)
        self.thread: threading.Thread | None = None
        self.process = 0
        self.lock = threading.Lock()

    def publish(self, task: str, args: tuple[Any, ...], *, together: bool) -> None:
        """Leave a message; never waits."""
        self._be_running()
        try:
            self.waiting.put_nowait((task, args, together))
        except queue.Full:
            logger.warning("nudge %s dropped: the broker does not keep up", task)

    def _be_running(self) -> None:
        if self.process == os.getpid():
            return
        with self.lock:
            if self.process != os.getpid():
                self.waiting = queue.Queue(LONGEST)
                self.thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self.thread.start()
                self.process = os.getpid()
                atexit.register(self.finish)

    def _run(self) -> None:
        while True:
            first = self.waiting.get()
            time.sleep(PAUSE)
            messages = [first]
            while len(messages) < LONGEST:
                try:
                    messages.append(self.waiting.get_nowait())
                except queue.Empty:
                    break
            for task, args in joined(messages):
                self.send(task, args)
            for _ in messages:
                self.waiting.task_done()

    def finish(self) -> None:
        """Wait a moment for what is still to be sent."""
        deadline = time.monotonic() + LAST_SECONDS
        while self.waiting.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)


def joined(messages: Iterable[Message]) -> list[tuple[str, tuple[Any, ...]]]:
    """Return what to send: messages of one task that may go together as one, each number once, equal ones once."""
    sent: dict[tuple[str, tuple[Any, ...]], None] = {}
    numbers: dict[str, dict[Any, None]] = {}
    for task, args, together in messages:
        if together:
            numbers.setdefault(task, {}).update(dict.fromkeys(args))
        else:
            sent[task, args] = None
    for task, found in numbers.items():
        every = tuple(found)
        sent |= {(task, every[start : start + TOGETHER]): None for start in range(0, len(every), TOGETHER)}
    return list(sent)
