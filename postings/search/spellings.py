"""Words written as one, with a hyphen or as two, and under another name: fullstack, js.

The index tells which of them it has, so that nobody who looks for a manager is shown a
man called Ager. With a hyphen the words are wanted side by side, or as one; only where
no posting has them so may they stand anywhere, as two words may.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import islice, pairwise

from tantivy import Searcher

from postings.search import analysis, schema
from postings.search.matching import has_phrase
from postings.search.words import Clause, Pair, Words, is_small

#: Letters of a part, and of two words that may be one.
_SHORTEST_PART, _SHORTEST_PAIR = 3, 5

#: Letters of a word that may be two; and of the ways to part it, how many are tried.
_LONGEST, _TRIED = 30, 2

#: Words held together by what stands between them: full-stack, R&D. A slash parts them.
_HELD = re.compile(
    r"[\W_]*[^\W_]+[+#]*(?:[-\N{HYPHEN}\N{NON-BREAKING HYPHEN}&][^\W_]+[+#]*)+[\W_]*"
)

#: Letters of a word that has endings, and of an ending; how many words of the index are
#: compared with it, and how many are taken as the same, the commonest.
_SHORTEST_INFLECTED, _ENDING = 4, 3
_COMPARED, _MOST_FORMS = 40, 3

#: Other names of the same thing, by the one that is typed: only what means nothing else
#: in a posting. "hr" stands for human resources where it is looked for, but in texts also
#: for an hour, and so is not found by them; "ts", "mfa" and "pm" mean several things.
_ALSO_CALLED = {
    name: tuple(tuple(other.split()) for other in others.split(" | "))
    for name, others in (
        ("ai", "artificial intelligence"),
        ("aws", "amazon web services"),
        ("azubi", "auszubildende | auszubildender | auszubildenden"),
        ("ceo", "chief executive officer"),
        ("cfo", "chief financial officer"),
        ("coo", "chief operating officer"),
        ("cto", "chief technology officer | chief technical officer"),
        ("dba", "database administrator"),
        ("ecommerce", "e commerce"),
        ("email", "e mail"),
        ("gcp", "google cloud platform"),
        (
            "golang",
            "go lang | go language | go programming | go developer | go engineer",
        ),
        ("hr", "human resources"),
        ("javascript", "js"),
        ("js", "javascript"),
        ("k8s", "kubernetes"),
        ("ki", "kunstliche intelligenz | kunstlicher intelligenz"),
        ("kubernetes", "k8s"),
        ("ml", "machine learning"),
        ("nlp", "natural language processing"),
        ("postgres", "postgresql"),
        ("postgresql", "postgres"),
        ("qa", "quality assurance"),
        ("rh", "ressources humaines | recursos humanos"),
        ("rn", "registered nurse"),
        ("rrhh", "recursos humanos"),
        ("seo", "search engine optimization | search engine optimisation"),
        ("ui", "user interface"),
        ("ux", "user experience"),
        ("vp", "vice president"),
    )
}

#: Of these the two words find the short name too.
_SHORTENED = {_ALSO_CALLED[name][0]: name for name in ("qa", "ui", "ux", "vp")}


def spelt(words: Words, searcher: Searcher, languages: Collection[str]) -> Words:
    """The query, with how its words are also written in the index.

    Cost: a look into the dictionary for each pair of words and each letter of a word,
    0.7 µs of 500 postings, and a search for two words where both are known. Of words
    held together also the stems of some forty words that begin as their last.
    """

    def known(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
        return tuple(_known(clause, searcher, languages) for clause in clauses)

    every = replace(words, clauses=known(words.clauses), excluded=known(words.excluded))
    return replace(every, pairs=tuple(_pairs(every, searcher)))


def _known(clause: Clause, searcher: Searcher, languages: Collection[str]) -> Clause:
    if not clause.phrase and len(clause.tokens) == 1:
        word = clause.tokens[0]
        found = [
            run
            for called in _ALSO_CALLED.get(word, ())
            for run in _inflected(called, searcher, languages)
            if _stands(run, searcher)
        ]
        if _is_word(clause) and (apart := _apart(word, searcher)):
            found += _inflected(apart, searcher, languages)
        return replace(clause, runs=tuple(dict.fromkeys(found)))
    if clause.phrase or len(clause.tokens) == 1 or not _HELD.fullmatch(clause.typed):
        return clause
    runs = _inflected(clause.tokens, searcher, languages)
    together = bool(
        _stands(clause.tokens, searcher)
        or searcher.doc_freq(schema.TEXT, clause.joined.tokens[0])
        or any(has_phrase(searcher, schema.TEXT, run) for run in runs[1:])
    )
    return replace(clause, runs=runs, together=True) if together else clause


def _apart(word: str, searcher: Searcher) -> tuple[str, ...]:
    """The two words one is also written as, in some posting."""
    if not 2 * _SHORTEST_PART <= len(word) <= _LONGEST:
        return ()
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
        if _stands(parts, searcher):
            return parts
    return ()


def _stands(words: tuple[str, ...], searcher: Searcher) -> bool:
    """Whether some posting has words side by side."""
    # Titles first: they are short, so it costs least there.
    return any(
        has_phrase(searcher, name, words) for name in (schema.TITLE, schema.TEXT)
    )


def _inflected(
    words: tuple[str, ...], searcher: Searcher, languages: Collection[str]
) -> tuple[tuple[str, ...], ...]:
    """Words side by side, and with the last as the index also has it: "sous", "chefs"."""
    *first, last = words
    if len(last) < _SHORTEST_INFLECTED or not last.isalpha():
        return (words,)
    wanted: dict[str, str] = {}
    start = last
    for code in languages:
        stem = analysis.stems(last, code)
        common = _common(start, stem)
        if len(common) >= _SHORTEST_PART:
            wanted[code] = stem
            start = common
    longest = len(last) + _ENDING
    found = [
        (-count, term)
        for term, count in searcher.terms_with_prefix(schema.TEXT, start)
        if term != last and len(term) <= longest
    ]
    forms = (
        term
        for _count, term in sorted(found)[:_COMPARED]
        if any(analysis.stems(term, code) == stem for code, stem in wanted.items())
    )
    return (words, *((*first, form) for form in islice(forms, _MOST_FORMS)))


def _common(one: str, other: str) -> str:
    """What both begin with."""
    while not other.startswith(one):
        one = one[:-1]
    return one


def _pairs(words: Words, searcher: Searcher) -> list[Pair]:
    needed = set(words.needed)
    found: list[Pair] = []
    for first, second in pairwise(words.clauses):
        if not {first, second} <= needed or not (_is_word(first) and _is_word(second)):
            continue
        if found and found[-1].second == first:
            continue
        one = first.tokens[0] + second.tokens[0]
        short = _SHORTENED.get((first.tokens[0], second.tokens[0]), "")
        if len(one) >= _SHORTEST_PAIR and searcher.doc_freq(schema.TEXT, one):
            joined = Clause(first.typed + second.typed, (one,))
            found.append(Pair(first, second, joined))
        elif short and searcher.doc_freq(schema.TEXT, short):
            found.append(Pair(first, second, Clause(short, (short,))))
    return found


def _is_word(clause: Clause) -> bool:
    return not clause.phrase and len(clause.tokens) == 1 and clause.tokens[0].isalpha()
