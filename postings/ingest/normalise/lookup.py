"""What wordings are compared by, and where in a value they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from postings.ingest.normalise import text as texts
from postings.ingest.report import Notes

#: A wording longer than this many characters is prose, and not looked up.
LONGEST_WORDING = 200

_NOT_WORD = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://\S*[/#]", re.IGNORECASE)
_UNACCENTED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae"})

#: Hyphens and dashes in a character class.
DASHES = r"\-\u2010-\u2015"


def folded(words: str) -> str:
    """Words without case and accents."""
    words = words.casefold()
    if words.isascii():
        return words
    letters = unicodedata.normalize("NFKD", words.translate(_UNACCENTED))
    return "".join(char for char in letters if not unicodedata.combining(char))


def lookup_form(words: str) -> str:
    """What a wording is looked up by; of an address its last part."""
    if len(words) > LONGEST_WORDING:
        return ""
    return _NOT_WORD.sub("", folded(_ADDRESS.sub("", words, count=1)))


def lookup_forms(wordings: str) -> Iterator[str]:
    return map(lookup_form, wordings.split(","))


def code_and_wording(item: Any, where: str, notes: Notes) -> tuple[str, str]:
    """Code and wording of one value: a text, `{code, name}`, a DefinedTerm, an `@id`.

    The wording of a Thing that has no name is its code. Both empty: there is neither.
    """
    if not isinstance(item, Mapping):
        return "", texts.text(item, where, notes)
    codes = map(item.get, ("termCode", "codeValue", "code", "value", "@id", "id"))
    code = next((c for c in codes if isinstance(c, str | int) and c is not True), "")
    code = texts.text(code, where, notes)
    return code, texts.text(item, where, notes) or code


#: What stands around the parts of a list without being of them.
EDGES = re.compile(rf"^[\s.:{DASHES}]+|[\s.:{DASHES}]+\Z")
