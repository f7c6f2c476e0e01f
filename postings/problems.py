"""The table of docs/problems.md: what each code of a problem means, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROW = re.compile(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Explained:
    """A row of the table: what the problem means, and what to do about it."""

    means: str
    remedy: str


def table(text: str) -> dict[str, Explained]:
    """The rows of the document by code, without backticks."""
    return {
        code: Explained(means.replace("`", ""), remedy.replace("`", ""))
        for code, means, remedy in _ROW.findall(text)
    }
