"""Where a rejected text is at fault, as a listing for whoever mends it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from postings.ingest.read.document import storable
from postings.ingest.read.json_text import (
    Decoder,
    Fault,
    is_too_deep,
    is_wrapped,
    without_wrapping,
)

#: Lines shown before and after one that is at fault, and characters of a line.
_AROUND = 6
_LONGEST = 160

#: Lines of a listing without any fault.
_MOST = 200

#: Stands for the character that is missing at the end of a line.
LINE_END = "↵"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1; `marked` is what is at fault in it, mostly nothing.

    `skips`: lines before it are left out. What a long line is shortened by is `…`.
    """

    number: int
    before: str
    marked: str = ""
    after: str = ""
    skips: bool = False


def set_out(text: str) -> str:
    """JSON in lines, meaning the same to the reader; any other text as it is."""
    parsed = Decoder().parse(text)
    if isinstance(parsed, Fault) or parsed.repairs or is_too_deep(parsed.value):
        return text
    return storable(json.dumps(parsed.value, indent=2, ensure_ascii=False))


def broken(text: str) -> tuple[Line, ...]:
    """The lines around the place where a text stops being JSON, that place marked.

    Nothing where it is JSON or a page, or where no place can be named.
    """
    if text.lstrip()[:1] == "<" and not is_wrapped(text):
        return ()
    inside = without_wrapping(text)
    fault = Decoder().parse(text)
    if not isinstance(fault, Fault) or not fault.column:
        return ()
    lines = inside.split("\n")
    index, column = min(fault.line, len(lines)) - 1, fault.column - 1
    first = max(index - _AROUND, 0)
    shown = [
        _marked(number, line, column) if number == index + 1 else _plain(number, line)
        for number, line in enumerate(
            lines[first : index + _AROUND + 1], start=first + 1
        )
    ]
    return (replace(shown[0], skips=first > 0), *shown[1:])


def pointed(text: str, pointers: Collection[str]) -> tuple[Line, ...]:
    """JSON set out in lines, those around the values at these pointers, marked.

    A pointer may begin further out than the text does, as in the document a record was
    taken from. Where it leads to a property that is missing, what ought to have it is
    marked. Nothing where the text is no JSON.
    """
    parsed = Decoder().parse(text)
    if isinstance(parsed, Fault) or is_too_deep(parsed.value):
        return ()
    marks = {_found(parsed.value, pointer) for pointer in pointers}
    lines = list(_lines(parsed.value, (), "", ""))
    at_fault = [n for n, (path, _) in enumerate(lines) if path in marks]
    wanted = {n for m in at_fault for n in range(m - _AROUND, m + _AROUND + 1)} or set(
        range(_MOST)
    )
    listing: list[Line] = []
    previous = -1
    for n, (path, line) in enumerate(lines):
        if n not in wanted:
            continue
        shown = _plain(n + 1, line)
        if path in marks:
            content = shown.before.lstrip(" ")
            pad = shown.before[: len(shown.before) - len(content)]
            shown = replace(shown, before=pad, marked=content)
        listing.append(replace(shown, skips=n != previous + 1))
        previous = n
    return tuple(listing)


def _plain(number: int, line: str) -> Line:
    return Line(number, line if len(line) <= _LONGEST else line[:_LONGEST] + "…")


def _marked(number: int, line: str, column: int) -> Line:
    start = max(column - _LONGEST // 2, 0)
    end = column + 1 + _LONGEST // 2
    return Line(
        number,
        ("…" if start else "") + line[start:column],
        line[column : column + 1].strip("\r") or LINE_END,
        line[column + 1 : end] + ("…" if end < len(line) else ""),
    )


_Path = tuple[str, ...]


def _lines(
    value: Any, path: _Path, before: str, after: str
) -> Iterator[tuple[_Path | None, str]]:
    """The lines of `json.dumps` with an indent of two, each with what begins there."""
    pad = "  " * len(path)
    items: Sequence[tuple[str, str, Any]] = ()
    brackets = "{}"
    if isinstance(value, dict):
        items = [(key, f"{_json(key)}: ", child) for key, child in value.items()]
    elif isinstance(value, list):
        items = [(str(n), "", child) for n, child in enumerate(value)]
        brackets = "[]"
    if not items:
        yield path, f"{pad}{before}{_json(value)}{after}"
        return
    yield path, f"{pad}{before}{brackets[0]}"
    for n, (step, name, child) in enumerate(items, start=1):
        yield from _lines(child, (*path, step), name, "," if n < len(items) else "")
    yield None, f"{pad}{brackets[1]}{after}"


def _json(value: Any) -> str:
    return storable(json.dumps(value, ensure_ascii=False))


def _found(value: Any, pointer: str) -> _Path:
    """The path in a value that the end of a pointer leads to."""
    steps = [step for step in pointer.split("/") if step]
    best: _Path = ()
    for start in range(len(steps)):
        path = _followed(value, steps[start:])
        if len(path) >= len(steps) - start:
            return path
        best = max(best, path, key=len)
    return best


def _followed(value: Any, steps: Sequence[str]) -> _Path:
    """As far as the steps lead; a list of one may go unsaid, as may a prefix."""
    path: list[str] = []
    for step in steps:
        if isinstance(value, list):
            counted = re.fullmatch("[0-9]{1,9}", step)
            n = int(step) if counted else 0
            if n >= len(value):
                break
            path.append(str(n))
            value = value[n]
            if counted:
                continue
        if not isinstance(value, dict):
            break
        name = next((key for key in value if key == step), None) or next(
            (key for key in value if _bare(key) == _bare(step)), None
        )
        if name is None:
            break
        path.append(name)
        value = value[name]
    return tuple(path)


def _bare(key: str) -> str:
    return key.rpartition("/")[2].rpartition(":")[2].casefold()
