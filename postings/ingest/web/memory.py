"""What is remembered of addresses from one run to the next, and when it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from postings.ingest.web.client import Validators


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """An address whose document was read and stored whole at `read_at`.

    `listed` is the time of its last change that a sitemap gave, as text, or "".
    """

    read_at: datetime
    validators: Validators = field(default_factory=Validators)
    listed: str = ""


class Memory(Protocol):
    """What one source knows of its addresses."""

    def recall(self, address: str) -> Remembered | None:
        """What is known, if the document need not be read again for other reasons.

        Such as a reader that has learned something since.
        """

    def remember(
        self, address: str, *, validators: Validators, listed: str = ""
    ) -> None:
        """Says that everything in the document is stored, as of now."""

    def crawl(self, sitemap: str) -> datetime:
        """When the crawl began that is to go on: an unfinished one, or this one."""

    def finish_crawl(self, sitemap: str) -> None:
        """Says that the crawl has reached its end."""


class Fetched:
    """A fetched address until all the documents it gave are stored.

    Only then, and only where nothing in them was rejected, `remember` is called: what
    failed once is read again, and reported again, until it is mended.
    """

    def __init__(self, remember: Callable[[], None]) -> None:
        self._remember = remember
        self._open = 0
        self._ended = False
        self._whole = True

    def given(self) -> None:
        self._open += 1

    def stored(self, *, accepted: bool) -> None:
        self._open -= 1
        self._whole &= accepted
        self._settle()

    def spoilt(self) -> None:
        self._whole = False

    def ended(self) -> None:
        self._ended = True
        self._settle()

    def _settle(self) -> None:
        if self._ended and not self._open and self._whole:
            self._remember()
