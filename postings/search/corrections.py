"""Typing mistakes: the words nearest to those that are not in the index.

They are of what names a job, an employer or a place; of the running texts only long words
of several postings, and these for a slip of one letter. Any word of a text is near to
something: "fairer" to Fahrer, where nothing here looks for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
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

#: Where a word stands that somebody may have meant.
_NAMING = (
    schema.TITLE,
    schema.ORGANIZATION_NAME,
    schema.SKILLS,
    schema.OCCUPATION,
    schema.INDUSTRY_WORDS,
    schema.PLACE_WORDS,
)

#: A word of the running texts is in so many postings, or it is nothing to look for.
_SEVERAL = 2

#: How many of either are compared with, the commonest: those with the same first
#: letter, then all.
_COMPARED = 50_000


def corrected(
    words: Words,
    searcher: Searcher,
    languages: tuple[str, ...],
    may_be_meant: Callable[[str], bool] = lambda _word: True,
) -> Words | None:
    """The query with unknown words replaced by known ones; None where there is nothing.

    Of the known words the nearest that may be meant is taken. A mistake is a letter too
    many, too few, another or two swapped. Cost: a few milliseconds a word that is
    unknown, and once a state of the index its vocabulary.
    """
    changed = False
    clauses: list[Clause] = []
    paired = {clause for pair in words.pairs for clause in pair}
    for clause in words.clauses:
        other = clause
        if not (clause.runs or clause in paired):
            other = _corrected(clause, searcher, languages, may_be_meant)
        changed = changed or other is not clause
        clauses.append(other)
    return replace(words, clauses=tuple(clauses)) if changed else None


def _corrected(
    clause: Clause,
    searcher: Searcher,
    languages: tuple[str, ...],
    may_be_meant: Callable[[str], bool],
) -> Clause:
    if clause.phrase or analysis.is_unspaced(clause.typed):
        return clause
    tokens = tuple(
        token
        if _is_known(token, clause.typed, searcher, languages)
        else _nearest(token, searcher, may_be_meant)
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


def _nearest(
    token: str, searcher: Searcher, may_be_meant: Callable[[str], bool]
) -> str:
    if len(token) < _SHORTEST or token.isdigit():
        return token
    is_long = len(token) >= _LONG
    naming, common = _vocabulary(searcher)
    compared = [(naming, 2 if is_long else 1)]
    if is_long:
        compared.append((common, 1))
    # Hardly anybody mistakes the first letter and another one.
    for alike, farthest in ((True, 2), (False, 1)):
        near = [
            (distance, -frequency[word], word)
            for frequency, most in compared
            for word, distance, _place in process.extract(
                token,
                [word for word in frequency if word[0] == token[0]]
                if alike
                else list(frequency),
                scorer=OSA.distance,
                score_cutoff=min(most, farthest),
                limit=20,
            )
        ]
        # The nearest, and of those the commonest.
        for _distance, _frequency, word in sorted(near):
            if may_be_meant(word):
                return word
    return token


@lru_cache(maxsize=1)
def _vocabulary(searcher: Searcher) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """What names something in one state of the index, and the long words of its texts.

    With how often postings have each. Cost: 30 ms for 18,000 words, once a state; 10 MB
    for the most there may be.
    """
    naming: Counter[str] = Counter()
    for name in _NAMING:
        naming.update(dict(searcher.terms_with_prefix(name, "", limit=_COMPARED)))
    common = {
        word: count
        for word, count in searcher.terms_with_prefix(schema.TEXT, "", limit=_COMPARED)
        if count >= _SEVERAL and len(word) >= _LONG
    }
    return dict(naming.most_common(_COMPARED)), common
