"""The words that were searched for, marked in a title and in an excerpt of a text.

Texts come from the database, sanitised, and are looked at as the index looks at them.
What is marked is a plain text in parts: a template escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple, TypeAlias

from postings.sanitise import plain_text
from postings.search import analysis
from postings.search.analysis import PLAIN
from postings.search.matching import Asked
from postings.search.words import Clause

#: Characters of an excerpt, and before its first marked word.
LENGTH, _LEAD = 240, 60

#: Characters of a description looked at first, and where these hold not all of the words.
_HEAD, _LOOKED_AT = 2_000, 25_000

#: Marks of a text that are compared for where the excerpt begins.
_WEIGHED = 60

_LETTERS = r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*[+#]*"
_WORD = re.compile(_LETTERS)

#: For texts that hold a name with a dot: it costs three times as much.
_DOTTED_WORD = re.compile(
    rf"(?<!\w)\.net\b|(?:asp|vb|ado)\.net\b|[a-z]{{2,12}}\.js\b|{_LETTERS}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;…]\s+| · ")

#: Where a heading, a paragraph or an item ends without saying so.
_BLOCK_END = re.compile(r"\n(?<![.!?:;,…]\n)")

#: What is shown there.
_EDGE = " · "

#: Pieces of texts that are remembered a query.
_MOST_MET = 50_000

_Span: TypeAlias = tuple[int, int]


class Part(NamedTuple):
    text: str
    marked: bool


def highlighted(
    asked: Asked | None, *, title: str, description: str, language: str
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The title, and an excerpt of sanitised HTML around its first matched words.

    The excerpt is empty where no word is in the text. Cost: linear in the description's
    first 2,000 characters, and in 25,000 where these do not hold every word; about 0.1 ms
    for the first whose words were met before.
    """
    if asked is None:
        return (Part(title, marked=False),), ()
    marks = _marks(asked, analysis.stemmer_of(language))
    head, is_all = _plain(description, _HEAD)
    found = marks.of(title, head)
    if not is_all and not (found.every and found.text[0][0] < len(head) - LENGTH):
        head, is_all = _plain(description, _LOOKED_AT)
        found = marks.of(title, head)
    last = len(head) - (0 if is_all else LENGTH)
    return tuple(_parts(title, found.title)), tuple(_excerpt(head, found.text, last))


def _plain(description: str, most: int) -> tuple[str, bool]:
    """The text of the first of a description in one line, and whether that is all.

    It ends in no piece of a tag or of a character reference.
    """
    is_all = len(description) <= most
    if not is_all:
        head = description[:most]
        description = head[: max(head.rfind("<"), head.rfind(" "), 0)]
        if description.rfind("<") > description.rfind(">"):
            description = description[: description.rfind("<")]
    return _BLOCK_END.sub(_EDGE, plain_text(description)).replace("\n", " "), is_all


class _Found(NamedTuple):
    """The marks of a title and a text, and whether the text has every word itself."""

    title: list[_Span]
    text: list[_Span]
    every: bool


class _Spot(NamedTuple):
    """A word of a text: where it stands, the how manieth it is, what it is in the index."""

    start: int
    stop: int
    place: int
    forms: _Forms


class _Marks:
    """Tells which words of a text are those of a query.

    Remembers of what it meets between blanks whether a word of it can be one: texts share
    most of theirs, and to part them all into words is most of the work.
    """

    def __init__(self, asked: Asked, stemmer: str) -> None:
        self.stemmer = stemmer
        self.clauses = asked.words.needed
        self.typing = self.clauses[-1] if asked.typing and self.clauses else None
        self._joined = {
            clause: joined
            for first, second, joined in asked.words.pairs
            for clause in (first, second)
        }
        every = (*self.clauses, *self._joined.values())
        self._wanted = {
            form
            for clause in every
            for form in chain(clause.tokens, *clause.runs, clause.joined.tokens)
        }
        self._wanted_stems = frozenset(
            stem for clause in every for stem in self._stems(clause)
        )
        # Words of several parts stand side by side: only then do places matter.
        self._in_order = any(
            len(clause.tokens) > 1 or clause.runs for clause in self.clauses
        )
        self._met: set[str] = set()
        self._fitting: dict[str, list[str]] = {}

    def _spots(self, text: str) -> list[_Spot]:
        """The words of a text that can be the query's."""
        lower = text.lower()
        dotted = ".js" in lower or ".net" in lower
        pattern = _DOTTED_WORD if dotted else _WORD
        fitting = self._words(text, pattern)
        if not fitting:
            return []
        if dotted or self._in_order:
            return [
                _Spot(*found.span(), place, _forms(found[0], self.stemmer))
                for place, found in enumerate(pattern.finditer(text))
                if found[0] in fitting
            ]
        return [
            _Spot(*found.span(), 0, _forms(found[0], self.stemmer))
            for found in _only(fitting).finditer(text)
            if not _goes_on(text, found.start())
        ]

    def _words(self, text: str, pattern: re.Pattern[str]) -> frozenset[str]:
        """Which of a text's words can be the query's."""
        pieces = set(text.split())
        for piece in pieces - self._met:
            words = pattern.findall(piece)
            fits = [word for word in words if self._can_match(word)]
            if fits:
                self._fitting[piece] = fits
        if len(self._met) > _MOST_MET:
            self._met.clear()
        self._met |= pieces
        known = self._fitting
        return frozenset(
            word for piece in known.keys() & pieces for word in known[piece]
        )

    def _can_match(self, word: str) -> bool:
        forms = _forms(word, self.stemmer)
        if not self._wanted.isdisjoint(forms.plain):
            return True
        if not self._wanted_stems.isdisjoint(forms.stems):
            return True
        typed = "".join(self.typing.tokens) if self.typing else ""
        return bool(typed) and any(_is_ending(typed, each) for each in forms.plain)

    def of(self, title: str, text: str) -> _Found:
        """The marks of a posting.

        What only shares a word's stem is marked where neither has the word itself: who
        looks for an engineer is shown no engine beside one.
        """
        both = [(title, self._spots(title)), (text, self._spots(text))]
        marked: tuple[list[_Span], list[_Span]] = ([], [])
        every = bool(self.clauses)
        for clause in self.clauses:
            found = [list(self._written(clause, *each)) for each in both]
            every = every and bool(found[1])
            if not any(found):
                found = [list(self._alike(clause, *each)) for each in both]
            for spans, more in zip(marked, found, strict=True):
                spans.extend(more)
        return _Found(
            _joined(sorted(marked[0]), title), _joined(sorted(marked[1]), text), every
        )

    def _written(
        self, clause: Clause, text: str, spots: list[_Spot]
    ) -> Iterator[_Span]:
        """A clause as it was typed, joined with its neighbour, or apart."""
        yield from self._itself(clause, text, spots)
        if clause in self._joined:
            yield from self._itself(self._joined[clause], text, spots)
        for run in clause.runs:
            yield from _runs(run, text, spots)

    def _itself(self, clause: Clause, text: str, spots: list[_Spot]) -> Iterator[_Span]:
        """A phrase, or a word as it was typed or with an ending."""
        if analysis.is_unspaced(clause.typed):
            for found in re.finditer(re.escape(clause.typed), text, re.IGNORECASE):
                yield found.span()
            return
        if len(clause.tokens) > 1:
            yield from _runs(clause.tokens, text, spots)
        if clause.phrase and len(clause.tokens) > 1:
            return
        word = "".join(clause.tokens)
        stems = frozenset() if clause.phrase else self._stems(clause)
        for spot in spots:
            if word in spot.forms.plain or (
                (clause is self.typing or not stems.isdisjoint(spot.forms.stems))
                and any(_is_ending(word, each) for each in spot.forms.plain)
            ):
                yield spot.start, spot.stop

    def _alike(self, clause: Clause, text: str, spots: list[_Spot]) -> Iterator[_Span]:
        """Words that share a stem; of words held together those with one between."""
        if clause.phrase:
            return
        if clause.together:
            yield from self._nearly(clause.tokens, text, spots)
            return
        stems = self._stems(clause)
        for spot in spots:
            if not (
                stems.isdisjoint(spot.forms.stems)
                and set(clause.tokens).isdisjoint(spot.forms.plain)
            ):
                yield spot.start, spot.stop

    def _nearly(
        self, tokens: tuple[str, ...], text: str, spots: list[_Spot]
    ) -> Iterator[_Span]:
        stems = [
            frozenset(analysis.tokens(each, self.stemmer) if self.stemmer else ())
            for each in tokens
        ]
        for start in range(len(spots) - len(tokens) + 1):
            several = spots[start : start + len(tokens)]
            if _follow(several, text, 2) and all(
                token in spot.forms.plain or not own.isdisjoint(spot.forms.stems)
                for token, own, spot in zip(tokens, stems, several, strict=True)
            ):
                yield from ((spot.start, spot.stop) for spot in several)

    def _stems(self, clause: Clause) -> frozenset[str]:
        if not self.stemmer:
            return frozenset()
        return frozenset(
            stem
            for form in (clause.typed, *clause.tokens)
            for stem in analysis.tokens(form, self.stemmer)
        )


@lru_cache(maxsize=256)
def _only(words: frozenset[str]) -> re.Pattern[str]:
    """Finds these words of `_WORD`, ends of longer ones with them, six times as fast."""
    longest_first = sorted(words, key=len, reverse=True)
    several = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"(?:{several})(?![^\W_]|[\u0300-\u036f+#])")


def _goes_on(text: str, start: int) -> bool:
    """Whether a word that begins here is only the end of one."""
    before = text[start - 1 : start]
    return before.isalnum() or "\u0300" <= before <= "\u036f"


@lru_cache(maxsize=64)
def _marks(asked: Asked, stemmer: str) -> _Marks:
    return _Marks(asked, stemmer)


def _is_ending(word: str, other: str) -> bool:
    """Whether a word is another with an ending, or without its last letter."""
    return other.startswith(word) or word[:-1] == other


def _runs(tokens: tuple[str, ...], text: str, spots: list[_Spot]) -> Iterator[_Span]:
    """Where these words follow one another."""
    flat = [(token, spot) for spot in spots for token in spot.forms.plain]
    words = tuple(token for token, _spot in flat)
    length = len(tokens)
    for start, word in enumerate(words):
        if word != tokens[0] or words[start : start + length] != tokens:
            continue
        several = [spot for _token, spot in flat[start : start + length]]
        if _follow(several, text, 1):
            yield several[0].start, several[-1].stop


def _follow(several: list[_Spot], text: str, steps: int) -> bool:
    """Whether words stand so near one another, and in one line or paragraph."""
    return all(
        after.place - before.place <= steps
        and _EDGE not in text[before.stop : after.start]
        for before, after in pairwise(several)
    )


def _joined(spans: list[_Span], text: str) -> list[_Span]:
    """Marks that touch, or have only a sign between them, as one: R&D, full-stack."""
    found: list[_Span] = []
    for start, stop in spans:
        if found and (
            start <= found[-1][1]
            or (start == found[-1][1] + 1 and not text[start - 1].isspace())
        ):
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found


def _excerpt(text: str, spans: list[_Span], last: int) -> Iterator[Part]:
    """The text around its first or densest marks, in some words.

    From the `last` place on too little may be known of what follows to begin there.
    """
    if not spans:
        return iter(())
    start = _start(text, [span for span in spans if span[0] < last] or spans)
    cut = text[start : start + LENGTH]
    end = len(cut)
    if start + LENGTH < len(text):
        end = cut.rfind(" ") if " " in cut else end
    inside = [
        (begin - start, stop - start)
        for begin, stop in spans
        if begin >= start and stop - start <= end
    ]
    head = "… " if start and not _begins(text, start) else ""
    tail = " …" if start + end < len(text) else ""
    return _parts(
        head + cut[:end] + tail,
        [(begin + len(head), stop + len(head)) for begin, stop in inside],
    )


def _start(text: str, spans: list[_Span]) -> int:
    """Where the densest stretch of marked words begins, with some words before."""
    spans = spans[:_WEIGHED]
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


def _begins(text: str, start: int) -> bool:
    return bool(_SENTENCE_END.search(text[max(0, start - 3) : start]))


class _Forms(NamedTuple):
    plain: tuple[str, ...]
    stems: frozenset[str]


@lru_cache(maxsize=50_000)
def _forms(word: str, stemmer: str) -> _Forms:
    """A word of a text as the index has it, once and for all."""
    return _Forms(
        tuple(analysis.tokens(word, PLAIN)),
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
