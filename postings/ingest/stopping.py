"""SIGINT and SIGTERM, heeded between two batches and never inside one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import FrameType
from typing import Any, Self, TypeVar

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_T = TypeVar("_T")


class Interrupted(KeyboardInterrupt):
    """Somebody asked the process to stop."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


class Stopping:
    """While it is entered, either signal raises `Interrupted` where the program is.

    Inside `deferred` it is raised at the end. A signal that is ignored stays ignored;
    off the main thread, where Python handles no signals, nothing changes.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._deferring = False
        self._pending: int | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for signum in _SIGNALS:
                if signal.getsignal(signum) is not signal.SIG_IGN:
                    self._before[signum] = signal.signal(signum, self._heed)
        return self

    def __exit__(self, *_: object) -> None:
        for signum, handler in self._before.items():
            signal.signal(signum, handler)

    def _heed(self, signum: int, _frame: FrameType | None) -> None:
        if not self._deferring:
            raise Interrupted(signum)
        self._pending = signum

    @contextmanager
    def deferred(self) -> Iterator[None]:
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False
        if self._pending is not None:
            signum, self._pending = self._pending, None
            raise Interrupted(signum)

    @contextmanager
    def entered(self, made: Callable[[], AbstractContextManager[_T]]) -> Iterator[_T]:
        """Makes and enters something that a signal between the two would leave behind."""
        with ExitStack() as stack:
            with self.deferred():
                inside = stack.enter_context(made())
            yield inside
