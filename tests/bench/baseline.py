"""What an import is measured against; worker processes load this, so no Django."""

from __future__ import annotations

from functools import cache

import bleach
from bleach.linkifier import LinkifyFilter

from postings.sanitise import ALLOWED_ATTRIBUTES, ALLOWED_PROTOCOLS, ALLOWED_TAGS


@cache
def _cleaner() -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=ALLOWED_TAGS,
        attributes={tag: list(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        protocols=ALLOWED_PROTOCOLS,
        strip=True,
        filters=[LinkifyFilter],  # type: ignore[list-item] # typed narrower than used
    )


def bleached(text: str) -> int:
    """One reused Cleaner over a text; the length, so that nothing large is sent back."""
    return len(_cleaner().clean(text))
