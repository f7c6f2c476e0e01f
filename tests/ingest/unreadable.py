"""Portions at which reading fails, which no bytes are known to do; workers know them.

Nothing here knows Django, as a worker does not.
"""

from __future__ import annotations

from typing import Any

from postings.ingest.read import Portion


class NoBytes(str):
    """A line at which reading fails, and which can be shown."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> NoBytes:
        return NoBytes(super().__getitem__(key))

    def decode(self, *_: str) -> str:
        return str(self)


class Line(Portion):
    """Of which nothing is left to be parted."""

    def split(self) -> list[Portion]:
        return [self]


class Lines(Portion):
    """Lines of which one cannot be read, and so not all together."""

    def split(self) -> list[Portion]:
        several: Any = self.content
        return [Line("d", line, number) for number, line in enumerate(several, 1)]
