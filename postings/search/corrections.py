"""Typing mistakes: the words of the index nearest to words that are not in it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Searcher

from postings.search import analysis, schema
from postings.search.matching import stems
from postings.search.words import Clause, Words

#: Shorter words have too many neighbours; longer ones may differ in two letters.
_SHORTEST, _LONG = 4, 8

#: How many words are compared with: those with the same first letter, then all.
_COMPARED = 100_000


def corrected(
    words: Words, searcher: Searcher, languages: tuple[str, ...]
) -> Words | None:
    """The query with unknown words replaced by known ones; None where there is nothing.

    A mistake is a letter too many, too few, another or two swapped. Cost: a few
    milliseconds a word that is unknown, and once a state of the index its vocabulary.
    """
    changed = False
    clauses: list[Clause] = []
    for clause in words.clauses:
        other = _corrected(clause, searcher, languages)
        changed = changed or other is not clause
        clauses.append(other)
    return replace(words, clauses=tuple(clauses)) if changed else None


def _corrected(
    clause: Clause, searcher: Searcher, languages: tuple[str, ...]
) -> Clause:
    if clause.phrase or analysis.is_unspaced(clause.typed):
        return clause
    tokens = tuple(
        token
        if _is_known(token, clause.typed, searcher, languages)
        else _nearest(token, searcher)
        for token in clause.tokens
    )
    if tokens == clause.tokens:
        return clause
    return Clause(" ".join(tokens), tokens)


def _is_known(
    token: str, typed: str, searcher: Searcher, languages: tuple[str, ...]
) -> bool:
    if searcher.doc_freq(schema.TEXT, token):
        return True
    return any(
        searcher.doc_freq(schema.stemmed(schema.TEXT, code), stem)
        for code in languages
        for stem in stems(token, typed, code)
    )


def _nearest(token: str, searcher: Searcher) -> str:
    if len(token) < _SHORTEST or token.isdigit():
        return token
    most = 2 if len(token) >= _LONG else 1
    frequency = _vocabulary(searcher)
    alike = [word for word in frequency if word[0] == token[0]]
    for words in (alike, list(frequency)):
        near = process.extract(
            token, words, scorer=OSA.distance, score_cutoff=most, limit=20
        )
        if near:
            # The nearest, and of those the commonest.
            return min(near, key=lambda each: (each[1], -frequency[each[0]]))[0]
    return token


@lru_cache(maxsize=1)
def _vocabulary(searcher: Searcher) -> dict[str, int]:
    """The words of one state of the index, and how many postings have each.

    Cost: 0.2 s for 30,000 words, once a state; 10 MB for the most there may be.
    """
    return dict(searcher.terms_with_prefix(schema.TEXT, "", limit=_COMPARED))
