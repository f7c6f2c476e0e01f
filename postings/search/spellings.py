"""Words written as one, with a hyphen or as two: full-stack, fullstack, full stack.

With the hyphen it is seen in the query alone. Of the others the index tells which it
has, so that nobody who looks for a manager is shown a man called Ager.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from tantivy import Searcher

from postings.search import schema
from postings.search.matching import has_phrase
from postings.search.words import Clause, Pair, Words, is_small

#: Letters of a part, and of two words that may be one.
_SHORTEST_PART, _SHORTEST_PAIR = 3, 5

#: Letters of a word that may be two; and of the ways to part it, how many are tried.
_LONGEST, _TRIED = 30, 2


def spelt(words: Words, searcher: Searcher) -> Words:
    """The query, with how its words are also written in the index.

    Cost: a look into the dictionary for each pair of words and each letter of a word,
    0.7 µs of 500 postings, and a search for two words where both are known.
    """
    clauses = tuple(_apart(clause, searcher) for clause in words.clauses)
    excluded = tuple(_apart(clause, searcher) for clause in words.excluded)
    known = replace(words, clauses=clauses, excluded=excluded)
    return replace(known, pairs=tuple(_pairs(known, searcher)))


def _apart(clause: Clause, searcher: Searcher) -> Clause:
    word = clause.tokens[0]
    if not _is_word(clause) or not 2 * _SHORTEST_PART <= len(word) <= _LONGEST:
        return clause
    known: list[tuple[int, tuple[str, str]]] = []
    for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        parts = (word[:end], word[end:])
        if any(map(is_small, parts)):
            continue
        if (first := searcher.doc_freq(schema.TEXT, parts[0])) and (
            second := searcher.doc_freq(schema.TEXT, parts[1])
        ):
            known.append((min(first, second), parts))
    for _count, parts in sorted(known, reverse=True)[:_TRIED]:
        # Titles first: they are short, so it costs least there.
        for name in (schema.TITLE, schema.TEXT):
            if has_phrase(searcher, name, parts):
                return replace(clause, apart=parts)
    return clause


def _pairs(words: Words, searcher: Searcher) -> list[Pair]:
    needed = set(words.needed)
    found: list[Pair] = []
    for first, second in pairwise(words.clauses):
        if not {first, second} <= needed or not (_is_word(first) and _is_word(second)):
            continue
        if found and found[-1].second == first:
            continue
        one = first.tokens[0] + second.tokens[0]
        if len(one) >= _SHORTEST_PAIR and searcher.doc_freq(schema.TEXT, one):
            joined = Clause(first.typed + second.typed, (one,))
            found.append(Pair(first, second, joined))
    return found


def _is_word(clause: Clause) -> bool:
    return not clause.phrase and len(clause.tokens) == 1 and clause.tokens[0].isalpha()
