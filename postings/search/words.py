"""The query language: words, "phrases" and -exclusions. No text is an error.

Words all have to be there. Quotation marks of any language hold words together; what
follows a minus, a word or a phrase, must not be there. Everything else a query may hold
(brackets, colons, AND, OR, asterisks) is white space or a word like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from postings.search import analysis

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』", '"'))
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_PIECE = re.compile(
    rf"(?P<minus>(?<!\S)[{_MINUS}])?"
    r'(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)

#: Words that say nothing of a job beside others: the small ones of the four languages
#: of the pages and their neighbours, and the names of what everything here is.
_SMALL = frozenset(
    """
    a an and at by for from in is of on or the to with
    am an auf aus bei beim das dem den der die ein eine einen für im in mit oder und von
    zu zum zur
    à au aux avec chez dans de des du en et la le les ou par pour sur un une
    con del e el en la las los o para por un una y
    och en ett för i med på som till
    het een van voor en met bij op
    bir da de ile ve için
    job jobs work career careers vacancy vacancies opening openings hiring position
    positions stelle stellen stellenangebot stellenangebote emploi emplois empleo
    empleos jobb vacature vacatures iş
    m w d f x mwd mfd
    """.split()  # noqa: SIM905 - a word a line would be four pages
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or a phrase, as it was typed and as tokens of the unstemmed fields.

    The tokens of a phrase have to follow one another as they are, also a single one.
    `runs` are words that say the same side by side, where postings do: "full", "stack"
    for the one word. `together` says that the clause's own tokens have to be such a run,
    or one word, since they are so somewhere.
    """

    typed: str
    tokens: tuple[str, ...]
    phrase: bool = False
    runs: tuple[tuple[str, ...], ...] = ()
    together: bool = False

    @property
    def joined(self) -> Clause:
        """Its tokens as one word: full-stack is also written fullstack."""
        return Clause(self.typed, ("".join(self.tokens),))


class Pair(NamedTuple):
    """Two words side by side, and the one word they are also written as."""

    first: Clause
    second: Clause
    joined: Clause


@dataclass(frozen=True)
class Words:
    """A query, understood. `typing` says that its last word may go on.

    `pairs` are of `needed`, and no word is in two of them.
    """

    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    typing: bool = False
    pairs: tuple[Pair, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses or self.excluded)

    @cached_property
    def needed(self) -> tuple[Clause, ...]:
        """The clauses that have to match: all but small words beside others."""
        telling = tuple(
            clause
            for clause in self.clauses
            if clause.phrase or not is_small(clause.typed)
        )
        return telling or self.clauses

    @cached_property
    def titles(self) -> tuple[tuple[str, ...], ...]:
        """The whole of it as titles may say it: as typed, words apart, words joined.

        The first is as typed; folded, to be compared with titles.
        """
        typed: list[str] = []
        apart: list[str] = []
        joined: list[str] = []
        firsts = {pair.first: pair.joined for pair in self.pairs}
        seconds = {pair.second for pair in self.pairs}
        for clause in self.clauses:
            typed += clause.tokens
            apart += next(iter(clause.runs), clause.tokens)
            if clause.phrase:
                joined += clause.tokens
            elif clause not in seconds:
                joined += firsts.get(clause, clause).joined.tokens
        several = dict.fromkeys(map(tuple, (typed, apart, joined)))
        return tuple(filter(None, several))


def is_small(typed: str) -> bool:
    """Whether a word says nothing of a job beside others."""
    return typed.casefold().strip(".,") in _SMALL


def parsed(text: str) -> Words:
    """Never raises; a text without a single word is no query. Cost: linear."""
    clauses: dict[Clause, None] = {}
    excluded: dict[Clause, None] = {}
    last: Clause | None = None
    for piece in _PIECE.finditer(text.translate(_QUOTES)):
        typed = piece["phrase"] if piece["phrase"] is not None else piece["word"]
        if (clause := _clause(typed, quoted=piece["phrase"] is not None)) is None:
            continue
        (excluded if piece["minus"] else clauses)[clause] = None
        last = None if piece["minus"] or clause.phrase else clause
    return Words(
        tuple(clauses),
        tuple(excluded),
        typing=last is not None and len(last.tokens) == 1 and text[-1:].isalnum(),
    )


def _clause(typed: str, *, quoted: bool) -> Clause | None:
    tokens = tuple(analysis.tokens(typed))
    if not tokens:
        if not any(map(str.isalnum, typed)):
            return None
        tokens = (typed.casefold(),)  # too long a word for the index: nothing has it
    # Characters without spaces are pairs of the text only in their order.
    phrase = quoted or (len(tokens) > 1 and analysis.is_unspaced(typed))
    return Clause(" ".join(typed.split()), tokens, phrase=phrase)


def plain_words(text: str) -> str:
    """A text as a query for its words: nothing in it is an operator."""
    plain = re.sub(rf'(?<!\S)[{_MINUS}]+|["()\[\]]', " ", text)
    return " ".join(plain.split()[:_PLAIN])


#: A title's first words say what the job is.
_PLAIN = 8
