"""What the codes of problems mean: the table of docs/problems.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

_ROW = re.compile(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Explained:
    """A row of the table: what the problem means, and what to do about it."""

    means: str
    remedy: str


@cache
def explained() -> dict[str, Explained]:
    """The table by code; empty where the site runs without its documents."""
    path = Path(settings.BASE_DIR) / "docs" / "problems.md"
    text = path.read_text("utf-8") if path.is_file() else ""
    return {
        code: Explained(means.replace("`", ""), remedy.replace("`", ""))
        for code, means, remedy in _ROW.findall(text)
    }
