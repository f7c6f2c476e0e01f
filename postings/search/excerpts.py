"""The words that were searched for, marked in a title and in an excerpt of a text.

Texts come from the database, sanitised, and are looked at as the index looks at them.
What is marked is a plain text in parts: a template escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from postings.sanitise import plain_text
from postings.search import analysis
from postings.search.analysis import PLAIN
from postings.search.matching import Asked
from postings.search.words import Clause

#: Characters of an excerpt, of the text looked at, and before its first marked word.
LENGTH, _LOOKED_AT, _LEAD = 240, 20_000, 60

_WORD = re.compile(r"[^\W_]+(?:[+#]+)?|\.(?=net\b)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:;…]\s+|\n")


class Part(NamedTuple):
    text: str
    marked: bool


def highlighted(
    asked: Asked | None, *, title: str, description: str, language: str
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The title, and an excerpt of sanitised HTML around its first matched words.

    The excerpt is empty where no word is in the text. Cost: linear in the text's first
    20,000 characters, about 0.5 ms for 4 KB.
    """
    if asked is None:
        return (Part(title, marked=False),), ()
    marks = _Marks(asked, analysis.stemmer_of(language))
    in_title = tuple(marks.parts(title))
    text = plain_text(description[: 2 * _LOOKED_AT])[:_LOOKED_AT]
    return in_title, tuple(marks.excerpt(text))


class _Marks:
    """Tells which words of a text are those of a query."""

    def __init__(self, asked: Asked, stemmer: str) -> None:
        self.stemmer = stemmer
        self.typing = ""
        self.plain: set[str] = set()
        self.stems: set[str] = set()
        self.pieces: list[str] = []
        needed = asked.words.needed
        for clause in needed:
            self._add(clause, stemmer)
        if asked.typing and needed:
            self.typing = needed[-1].tokens[-1]

    def _add(self, clause: Clause, stemmer: str) -> None:
        if analysis.is_unspaced(clause.typed):
            self.pieces.append(clause.typed)
            return
        self.plain.update(clause.tokens)
        if not clause.phrase and stemmer:
            for token in clause.tokens:
                self.stems.update(analysis.tokens(token, stemmer))
            self.stems.update(analysis.tokens(clause.typed, stemmer))

    def _is_match(self, word: str) -> bool:
        forms = _forms(word, self.stemmer)
        return (
            not self.plain.isdisjoint(forms.plain)
            or not self.stems.isdisjoint(forms.stems)
            or (
                bool(self.typing)
                and any(token.startswith(self.typing) for token in forms.plain)
            )
        )

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        if self.pieces:
            pattern = "|".join(map(re.escape, self.pieces))
            for found in re.finditer(pattern, text, re.IGNORECASE):
                yield found.span()
        if self.plain:
            for found in _WORD.finditer(text):
                if self._is_match(found[0]):
                    yield found.span()

    def parts(self, text: str) -> Iterator[Part]:
        return _parts(text, sorted(self.spans(text)))

    def excerpt(self, text: str) -> Iterator[Part]:
        spans = sorted(self.spans(text))
        if not spans:
            return iter(())
        start = self._start(text, spans)
        cut = text[start : start + LENGTH]
        end = len(cut)
        if start + LENGTH < len(text):
            end = cut.rfind(" ") if " " in cut else end
        inside = [
            (begin - start, stop - start)
            for begin, stop in spans
            if begin >= start and stop - start <= end
        ]
        head = "… " if start and not self._begins(text, start) else ""
        tail = " …" if start + end < len(text) else ""
        return _parts(
            head + cut[:end].replace("\n", " ") + tail,
            [(begin + len(head), stop + len(head)) for begin, stop in inside],
        )

    def _start(self, text: str, spans: list[tuple[int, int]]) -> int:
        """Where the densest stretch of marked words begins, with some words before."""
        best = max(
            spans,
            key=lambda span: (
                len(
                    {
                        text[begin:stop].casefold()
                        for begin, stop in spans
                        if span[0] <= begin < span[0] + LENGTH - _LEAD
                    }
                ),
                -span[0],
            ),
        )
        earliest = max(0, best[0] - _LEAD)
        if earliest == 0:
            return 0
        before = text[earliest : best[0]]
        ends = [found.end() for found in _SENTENCE_END.finditer(before)]
        if ends:
            return earliest + ends[0]
        space = before.find(" ")
        return earliest + space + 1 if space >= 0 else best[0]

    @staticmethod
    def _begins(text: str, start: int) -> bool:
        return bool(_SENTENCE_END.search(text[max(0, start - 2) : start]))


class _Forms(NamedTuple):
    plain: frozenset[str]
    stems: frozenset[str]


@lru_cache(maxsize=50_000)
def _forms(word: str, stemmer: str) -> _Forms:
    """A word of a text as the index has it, once and for all."""
    return _Forms(
        frozenset(analysis.tokens(word, PLAIN)),
        frozenset(analysis.tokens(word, stemmer)) if stemmer else frozenset(),
    )


def _parts(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Part]:
    last = 0
    for begin, stop in spans:
        if begin < last:
            continue
        if begin > last:
            yield Part(text[last:begin], marked=False)
        yield Part(text[begin:stop], marked=True)
        last = stop
    if last < len(text):
        yield Part(text[last:], marked=False)
