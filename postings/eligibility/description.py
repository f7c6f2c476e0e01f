"""Whether a description is whole, laid out and says what other properties say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from unicodedata import east_asian_width

from postings.eligibility.rules import Finding, Rule, folded, found, quoted
from postings.schemaorg import JobLocationType, Posting

_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<(?:p|br|li|h[1-6]|tr|dt|dd|hr|blockquote)\b|\n(?![<\n])")
_WORD = re.compile(r"\w{5,30}")

#: Characters a description needs, those of full width counted twice; that many of one
#: block are too many.
_SHORT, _LONG_BLOCK = 200, 1000

#: Characters of a description that are looked at, and words of another property.
_LOOKED_AT, _WORDS = 50_000, 60


def findings(posting: Posting) -> Iterator[Finding]:
    html = posting.description
    text = unescape(_TAG.sub(" ", html[: 8 * _SHORT])).strip()
    if not any(map(str.isalnum, text)) and (
        len(html) <= 8 * _SHORT or not any(map(str.isalnum, _TAG.sub("", html)))
    ):
        yield found(Rule.MISSING_DESCRIPTION)
        return
    if len(html) < 8 * _SHORT and len(text) < max(_SHORT, 2 * len(posting.title)):
        if folded(text) == folded(posting.title):
            yield found(Rule.DESCRIPTION_IS_TITLE)
        elif _width(text) < _SHORT:
            yield found(
                Rule.SHORT_DESCRIPTION,
                f"The description has only {len(text)} characters: {quoted(text)}.",
            )
    if len(html) > _LONG_BLOCK and not _has_breaks(html):
        yield found(Rule.ONE_PARAGRAPH)
    elsewhere = [
        name
        for name in ("responsibilities", "qualifications")
        if (said := getattr(posting, name)) and not _repeats(html, said)
    ]
    if elsewhere:
        yield found(
            Rule.DETAILS_ELSEWHERE,
            "Google shows description only, and it lacks what is said in "
            f"{' and '.join(elsewhere)}.",
        )
    remote = posting.job_location_type.type is JobLocationType.TELECOMMUTE
    if remote and not _says_remote(html):
        yield found(Rule.REMOTE_UNSAID)


def _has_breaks(html: str) -> bool:
    """More than the one paragraph sanitising makes of any text."""
    breaks = _BREAK.finditer(html)
    return next(breaks, None) is not None and next(breaks, None) is not None


def _width(text: str) -> int:
    return sum(1 + (east_asian_width(char) in "WF") for char in text)


def _repeats(html: str, said: str) -> bool:
    """Whether half of the words of a text stand in another, in whatever form."""
    start = unescape(_TAG.sub(" ", said[:_LOOKED_AT]))
    words = {match[0].casefold() for match in islice(_WORD.finditer(start), _WORDS)}
    text = unescape(html[:_LOOKED_AT]).casefold()
    return 2 * sum(word in text for word in words) >= len(words)


#: "Remote" in the languages of the postings that are met.
_REMOTE = (
    "remot", "telecommut", "telework", "tele-work", "telearbeit", "anywhere", "everywhere",
    "from home", "home office", "home-office", "homeoffice", "home based", "home-based",
    "home working", "distributed team", "distributed compan", "télétravail", "distanc",
    "teletrabajo", "desde casa", "telelavoro", "da casa", "thuiswerk", "hemifrån", "hjemme",
    "distans", "zdaln", "na dálku", "z domu", "von zu hause", "zuhause", "ortsunabhängig",
    "etätyö", "távmunka", "удален", "удалён", "дистанц", "リモート", "在宅", "テレワーク",
    "远程", "遠端", "居家", "원격", "재택",
)  # fmt: skip


def _says_remote(html: str) -> bool:
    if "emote" in html:
        return True
    text = html.casefold()
    return any(word in text for word in _REMOTE)
