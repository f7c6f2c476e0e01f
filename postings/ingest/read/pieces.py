"""Texts that are no single JSON value: several in a row, and lists with a broken part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from postings.ingest.read import graph
from postings.ingest.read.document import Unread, no_object, unread
from postings.ingest.read.json_text import Decoder, Fault, Parsed, Repair
from postings.ingest.read.linked_data import names_posting
from postings.ingest.report import Code, sentence

#: How far the next record after a broken one is looked for, in texts' lengths, and how
#: many faults a text may show, each of which costs a look at all before it.
_EFFORT, _MAX_FAULTS = 4, 500

#: Values in a row that are looked at, and entries of a list with a broken part: more
#: than a document has room for if they are postings.
_MAX_PIECES = 500_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, with the line it begins in, and what it says."""

    line: int
    raw: str
    parsed: Parsed | Fault


class _Lines:
    """Line numbers, from 1, of ever later positions. Cost: one pass over the text."""

    def __init__(self, text: str) -> None:
        self._text, self._position, self._line = text, 0, 1

    def at(self, position: int) -> int:
        self._line += self._text.count("\n", self._position, position)
        self._position = position
        return self._line


def sound(
    text: str,
    fault: Fault,
    decoder: Decoder,
    *,
    locate: Callable[[int], str],
    address: str,
) -> tuple[list[graph.Text], list[Unread]]:
    """The sound parts of a text that as a whole is no JSON, and its faults.

    `locate` makes a locator of a line of the text. Without any sound part there is
    nothing to add to `fault`, and both lists are empty.
    """
    if fault.code is Code.TOO_LARGE:
        return [], []
    found = several(text, decoder) if fault.more else _salvaged(text, decoder)
    texts: list[graph.Text] = []
    faults: list[Unread] = []
    for number, piece in enumerate(found):
        where = locate(piece.line)
        if number >= _MAX_PIECES:
            message = sentence(
                "Only the first {most} records of a list with a broken part are read.",
                most=_MAX_PIECES,
            )
            faults.append(unread(where, Code.TOO_LARGE, message))
            break
        if isinstance(piece.parsed, Fault):
            faults.append(
                unread(where, piece.parsed.code, piece.parsed.message, raw=piece.raw)
            )
        elif isinstance(piece.parsed.value, dict | list):
            texts.append(graph.text(where, piece.raw, piece.parsed, address=address))
        else:
            faults.append(no_object(where, piece.raw, piece.parsed.value))
        if len(faults) > _MAX_FAULTS and not texts:
            break
    if texts and not faults and not fault.more:
        # Each entry is sound, and the list is not: it may have been cut off.
        faults.append(unread(locate(fault.line), fault.code, fault.message, raw=""))
    return (texts, faults) if texts else ([], [])


def _salvaged(text: str, decoder: Decoder) -> Iterator[Piece]:
    return salvaged(text, decoder, names_posting)


def several(text: str, decoder: Decoder) -> Iterator[Piece]:
    """Each of several JSON values written one after the other.

    What follows a broken one cannot be told apart and is one fault with it.
    """
    lines = _Lines(text)
    repairs: tuple[Repair, ...] = ()
    start = _after(_SPACE, text, 0)
    while start < len(text):
        parsed, end = decoder.first(text, start)
        if isinstance(parsed, Fault):
            end = len(text)
        elif repairs:
            parsed = replace(parsed, repairs=(*parsed.repairs, *repairs))
        yield Piece(lines.at(start), text[start:end], parsed)
        start, repairs = _after(_SPACE, text, end), ()
        if text.startswith(",", start):
            start, repairs = _after(_SPACE, text, start + 1), _LIST


def salvaged(
    text: str, decoder: Decoder, is_record: Callable[[Any], bool]
) -> Iterator[Piece]:
    """The entries of an array or `@graph` that as a whole cannot be decoded.

    After a broken entry the next is where a whole object follows a comma that
    `is_record`; what lies between is one fault. Entries of a `@graph` bring its
    context. Nothing comes where the text is no such list.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return
    context: dict[str, Any] = {}
    if opening[1]:
        around = decoder.parse(opening[0] + "]}")
        if isinstance(around, Fault):
            return
        context = {key: around.value[key] for key in around.value if key == "@context"}
    lines = _Lines(text)
    effort, faults = _EFFORT * len(text), 0
    start = _after(_COMMAS, text, opening.end())
    while start < len(text) and text[start] != "]":
        parsed, end = decoder.first(text, start)
        if isinstance(parsed, Fault):
            end = len(text)
            for candidate in _NEXT.finditer(text, start):
                if effort < 0 or faults > _MAX_FAULTS:
                    break
                following, reached = decoder.first(text, candidate.start(1))
                effort -= max(reached, candidate.end()) - candidate.start()
                if isinstance(following, Parsed) and is_record(following.value):
                    end = candidate.start()
                    break
                faults += 1
        elif context and isinstance(parsed.value, dict):
            parsed = replace(parsed, value=context | parsed.value, plain=False)
        yield Piece(lines.at(start), text[start:end], parsed)
        start = _after(_COMMAS, text, end)


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


_LIST = (
    Repair(Code.REPAIRED_JSON, sentence("A list without brackets was read as one.")),
)
_SPACE = re.compile(r"[\s\x1e]*+")  # RFC 7464 parts texts by the record separator
_COMMAS = re.compile(r"[\s,]*+")
_NEXT = re.compile(r",\s*+(\{)")
_OPENING = re.compile(
    r'\s*+(\{(?:[^\[\]{}]|\{[^\[\]{}]*+\}|\[[^\[\]{}]*+\]){0,2000}?"@graph"\s*:\s*)?\['
)
