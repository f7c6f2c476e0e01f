"""The language a posting is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from postings.ingest.normalise import text
from postings.schemaorg import Language, LanguageSource


def language(data: Mapping[str, Any], *, document: str, sample: str) -> Language:
    """`inLanguage`, else the page's own language; unknown stays unknown."""
    stated = text.first(data.get("inLanguage"))
    if isinstance(stated, Mapping):
        stated = stated.get("alternateName") or stated.get("identifier")
    for code, source in (
        (stated, LanguageSource.STATED),
        (document, LanguageSource.DOCUMENT),
    ):
        if isinstance(code, str) and _TAG.fullmatch(code):
            return Language(code=code.strip().replace("_", "-"), source=source)
    return Language()


_TAG = re.compile(r"\s*[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}\s*")
