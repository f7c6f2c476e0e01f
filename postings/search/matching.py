"""From criteria to queries of the index: what has to match, and what counts for more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import floor, log

from tantivy import FieldType, Occur, Query, Searcher

from postings.countries import folded as folded_name
from postings.search import analysis, schema
from postings.search.criteria import NOT_STATED, RADIUS, Criteria, Group, Pay
from postings.search.places.cells import cover
from postings.search.places.regions import region, region_key
from postings.search.places.where import Area
from postings.search.schema import SCHEMA
from postings.search.words import Clause, Words

#: How much a word counts by where it stands, unstemmed; stemmed, `_STEMMED` of it.
WEIGHTS = {
    schema.TITLE: 3.0,
    schema.ORGANIZATION_NAME: 2.5,
    schema.SKILLS: 2.0,
    schema.OCCUPATION: 1.5,
    schema.INDUSTRY_WORDS: 1.0,
    schema.PLACE_WORDS: 1.0,
    schema.TEXT: 1.0,
}
_STEMMED = 0.8

#: What the other fields a word is in add to the one it counts for most.
_OTHER_FIELDS = 0.3

#: What a title that is the query, and one that begins with or holds it, is worth.
_EXACT_TITLE, _TITLE_PHRASE = 1000.0, 6.0

#: What a word written as two counts for where it is one: a shorter title counts more.
_SHORTER = 0.85

#: How many words of the index a word being typed may turn into.
_CONTINUATIONS = 50

MINUTE, _DAY = 60, 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Asked:
    """Words as they are looked for: `any_word` where not all have to match.

    `languages` are the stemmers the index has texts of.
    """

    words: Words
    languages: tuple[str, ...]
    any_word: bool = False
    typing: bool = False


# --- Words ----------------------------------------------------------------------------


def words_match(asked: Asked, searcher: Searcher) -> Query | None:
    """What fits the words, without any weight; None where every posting does."""
    kept = _needed(asked, searcher) + _excluded(asked, searcher)
    if not kept:
        return None
    if not asked.words.needed:
        kept.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(kept)


def words_ranked(asked: Asked, searcher: Searcher) -> Iterator[tuple[Occur, Query]]:
    """What fits the words, as parts of a boolean query, and what makes a match better.

    A word that has to match has its weight in every field it can be found in, and so is
    found by its weight: to look for it once takes a quarter less time.
    """
    words = asked.words
    every = Occur.Should if asked.any_word or asked.typing else Occur.Must
    found = set()
    if every is Occur.Must:
        found = {each for each in words.needed if not each.phrase}
    paired = {each for pair in words.pairs for each in (pair.first, pair.second)}
    for clause in words.clauses:
        if clause not in paired:
            occur = Occur.Must if clause in found else Occur.Should
            yield occur, _weight(clause, asked, searcher)
    for first, second, joined in words.pairs:
        yield every, _either((first, second), joined, asked, searcher, every)
    for occur, query in _needed(asked, searcher, but=found):
        yield occur, unweighed(query)
    yield from _excluded(asked, searcher)
    if asked.typing and words.clauses:
        longer = continuations(searcher, words.clauses[-1].tokens[-1])
        for name, weight in WEIGHTS.items():
            among = Query.term_set_query(SCHEMA, name, longer)
            yield Occur.Should, Query.boost_query(among, weight)
    titles = words.titles
    if titles:
        exact = _any([_term(schema.EXACT_TITLE, " ".join(each)) for each in titles])
        yield Occur.Should, Query.const_score_query(exact, _EXACT_TITLE)
    if titles and len(titles[0]) > 1:
        together = [
            Query.boost_query(
                _phrase(schema.TITLE, each, slop=1),
                _TITLE_PHRASE * _as_rare(searcher, schema.TITLE, titles[0], each),
            )
            for each in titles
        ]
        yield Occur.Should, Query.disjunction_max_query(together)


def unweighed(query: Query) -> Query:
    """What fits, worth nothing."""
    return Query.const_score_query(query, 0.0)


def _needed(
    asked: Asked, searcher: Searcher, but: Collection[Clause] = ()
) -> list[tuple[Occur, Query]]:
    match = {
        clause: _match(clause, asked, searcher)
        for clause in asked.words.needed
        if clause not in but
    }
    for first, second, joined in asked.words.pairs:
        if not {first, second} <= match.keys():
            continue
        one = _match(joined, asked, searcher)
        if asked.any_word:
            match[joined] = one
        else:
            match[first] = _any([_all([match[first], match.pop(second)]), one])
    parts = list(match.values())
    if parts and asked.any_word:
        parts = [_any(parts)]
    return [(Occur.Must, part) for part in parts]


def _excluded(asked: Asked, searcher: Searcher) -> list[tuple[Occur, Query]]:
    return [
        (Occur.MustNot, _match(clause, asked, searcher))
        for clause in asked.words.excluded
    ]


def _match(clause: Clause, asked: Asked, searcher: Searcher) -> Query:
    if clause.phrase:
        return _phrase(schema.TEXT, clause.tokens)
    if clause.together:
        return _any([*_beside(clause), _match(clause.joined, asked, searcher)])
    if len(clause.tokens) > 1:
        each = [
            _match_token(token, clause.typed, asked.languages)
            for token in clause.tokens
        ]
        return _any([_all(each), _match(clause.joined, asked, searcher)])
    token = clause.tokens[0]
    found = _match_token(token, clause.typed, asked.languages)
    if clause.runs:
        found = _any([found, *_beside(clause)])
    last = asked.words.clauses[-1] if asked.words.clauses else None
    if asked.typing and clause is last:
        longer = continuations(searcher, token)
        return _any([found, Query.term_set_query(SCHEMA, schema.TEXT, longer)])
    return found


def _beside(clause: Clause) -> Iterator[Query]:
    """The words that say the same side by side; in titles one may stand between."""
    for run in clause.runs:
        yield _phrase(schema.TEXT, run)
        yield _phrase(schema.TITLE, run, slop=1)


def continuations(searcher: Searcher, token: str) -> list[str]:
    """The commonest words of the index that begin with a token."""
    found = searcher.terms_with_prefix(schema.TEXT, token)
    found.sort(key=lambda item: -item[1])
    return [term for term, _count in found[:_CONTINUATIONS]]


def _match_token(token: str, typed: str, languages: Collection[str]) -> Query:
    terms = [_term(schema.TEXT, token)]
    terms += [
        _term(schema.stemmed(schema.TEXT, code), stem)
        for code in languages
        for stem in stems(token, typed, code)
    ]
    return _any(terms)


def stems(token: str, typed: str, code: str) -> tuple[str, ...]:
    """The stems of a word: as typed, and as typed without its accents."""
    found = dict.fromkeys(
        stem
        for form in (typed, token)
        if len(several := analysis.tokens(form, code)) == 1
        for stem in several
    )
    return tuple(found)


def _weight(clause: Clause, asked: Asked, searcher: Searcher) -> Query:
    if clause.phrase:
        return Query.disjunction_max_query(
            [
                Query.boost_query(_phrase(schema.TITLE, clause.tokens), 4.0),
                _phrase(schema.TEXT, clause.tokens),
            ],
            0.1,
        )
    if clause.together:
        share = _as_rare(searcher, schema.TITLE, clause.tokens, clause.joined.tokens)
        one = Query.boost_query(_weight(clause.joined, asked, searcher), share)
        return Query.disjunction_max_query(
            [*_weighed_runs(clause, searcher), one], _OTHER_FIELDS
        )
    if len(clause.tokens) > 1:
        each = [replace(clause, tokens=(token,)) for token in clause.tokens]
        return _either(each, clause.joined, asked, searcher, Occur.Must)
    token = clause.tokens[0]
    fields = [
        Query.boost_query(_term(name, token), weight)
        for name, weight in WEIGHTS.items()
    ]
    for code in asked.languages:
        fields += [
            Query.boost_query(
                _term(schema.stemmed(name, code), stem), WEIGHTS[name] * _STEMMED
            )
            for stem in stems(token, clause.typed, code)
            for name in (schema.TITLE, schema.TEXT)
        ]
    fields += _weighed_runs(clause, searcher)
    return Query.disjunction_max_query(fields, _OTHER_FIELDS)


def _weighed_runs(clause: Clause, searcher: Searcher) -> Iterator[Query]:
    """What `_beside` finds, each worth what the words that were typed are."""
    for run in clause.runs:
        for name, slop in ((schema.TITLE, 1), (schema.TEXT, 0)):
            share = min(1.0, _as_rare(searcher, name, clause.tokens, run))
            beside = _phrase(name, run, slop)
            yield Query.boost_query(beside, WEIGHTS[name] * share)


def _either(
    apart: Sequence[Clause],
    joined: Clause,
    asked: Asked,
    searcher: Searcher,
    occur: Occur,
) -> Query:
    """What words weigh where they stand apart, or as the one that stands for them."""
    words = [(occur, _weight(each, asked, searcher)) for each in apart]
    typed = [token for each in apart for token in each.tokens]
    share = _as_rare(searcher, schema.TITLE, typed, joined.tokens)
    one = Query.boost_query(_weight(joined, asked, searcher), share)
    return Query.disjunction_max_query([Query.boolean_query(words), one], _OTHER_FIELDS)


def _as_rare(
    searcher: Searcher, name: str, typed: Sequence[str], written: Sequence[str]
) -> float:
    """What makes words weigh as those that were typed, however rare they are.

    Or a spelling few postings have would stand before the one that was asked for.
    """

    def rarity(token: str) -> float:
        has = searcher.doc_freq(name, token)
        return log(1 + (max(searcher.num_docs - has, 0) + 0.5) / (has + 0.5))

    share = sum(map(rarity, typed)) / sum(map(rarity, written))
    return share * _SHORTER ** (len(typed) - len(written))


def _phrase(name: str, tokens: Sequence[str], slop: int = 0) -> Query:
    if len(tokens) == 1:
        return _term(name, tokens[0])
    return Query.phrase_query(SCHEMA, name, list(tokens), slop)


def has_phrase(searcher: Searcher, name: str, tokens: Sequence[str]) -> bool:
    """Whether any posting has these words one after the other in a field."""
    found = searcher.search(_phrase(name, tokens), 1, count=False)
    return bool(found.hits)


def _term(name: str, value: str) -> Query:
    return Query.term_query(SCHEMA, name, value)


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, each) for each in queries])


def _all(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, each) for each in queries])


# --- State, place and filters ---------------------------------------------------------


def filters(
    criteria: Criteria,
    area: Area | None,
    at: datetime,
    *,
    leave_out: Group | None = None,
    pay: bool = True,
    posted: bool = True,
) -> Iterator[tuple[Occur, Query]]:
    """Everything but the words, as parts of a boolean query; it may be that none is `Must`.

    A group left out, and pay or age when False, are those whose values are counted.
    """
    seconds = floor(at.timestamp())
    # To leave out what few postings are is cheaper than to look for what most are, where
    # there are words to look for.
    if not criteria.include_closed:
        if criteria.words:
            yield Occur.MustNot, has_ended(at)
        else:
            yield Occur.Must, since(schema.ENDS, seconds)
    yield Occur.MustNot, Query.term_query(SCHEMA, schema.SHOWN, field_value=False)
    yield Occur.MustNot, since(schema.PUBLISHED, seconds + 1)
    if criteria.employer is not None:
        yield Occur.Must, _term(schema.ORGANIZATION, criteria.employer.key)
    if criteria.where:
        yield Occur.Must, where_match(criteria, area)
    for group in Group:
        values = criteria.values(group)
        if values and group is not leave_out:
            yield Occur.Must, group_match(group, values)
    if posted and criteria.posted_days:
        yield Occur.Must, since(schema.POSTED, posted_since(criteria.posted_days, at))
    if pay:
        yield from pay_match(criteria.pay, paid_only=criteria.paid_only)


def posted_since(days: int, at: datetime) -> int:
    """Where an age in days begins: the same all through a minute, as counts of it are."""
    return floor(at.timestamp()) // MINUTE * MINUTE - days * _DAY


def has_ended(at: datetime) -> Query:
    """What is closed or withdrawn."""
    return _until(schema.ENDS, floor(at.timestamp()) - 1)


def group_match(group: Group, values: Iterable[str]) -> Query:
    return _any([_term(group.value, value) for value in values])


def pay_match(pay: Pay | None, *, paid_only: bool) -> Iterator[tuple[Occur, Query]]:
    """Pay of at least so much; what states none, or in other money, stays unless told."""
    if pay is not None:
        in_currency = _term(schema.CURRENCY, pay.currency)
        if paid_only:
            yield Occur.Must, in_currency
            yield Occur.Must, _from_unsigned(schema.YEARLY, pay.yearly)
        elif pay.yearly:
            less = _all([in_currency, _until_unsigned(schema.YEARLY, pay.yearly - 1)])
            yield Occur.MustNot, less
    elif paid_only:
        yield Occur.MustNot, _term(schema.CURRENCY, NOT_STATED)


def where_match(criteria: Criteria, area: Area | None) -> Query:
    """Around a point, else in the region or country, else by the words of places."""
    if area is None:
        words = analysis.tokens(criteria.where)
        if not words:
            return Query.empty_query()
        return _all([_term(schema.PLACE_WORDS, word) for word in words])
    if area.latitude is not None and area.longitude is not None:
        km = float(criteria.within or RADIUS)
        circle = cover(area.latitude, area.longitude, km)
        return Query.term_set_query(SCHEMA, schema.CELLS, list(circle))
    if area.postcode:
        return _all(
            [
                _term(schema.PLACE, area.country),
                _term(schema.POSTCODE, area.postcode),
            ]
        )
    parts = []
    code = region_key(area.country, area.region) if area.region else ""
    if region(area.country, code):
        parts.append(_term(schema.PLACE, f"{area.country}/{code}"))
    else:
        if area.region:  # however it is spelt
            parts.append(_term(schema.REGION, folded_name(area.region)))
        if area.country:
            parts.append(_term(schema.PLACE, area.country))
    if area.town:
        parts.append(_term(schema.TOWN, folded_name(area.town)))
    return _all(parts) if parts else Query.empty_query()


def since(name: str, seconds: int) -> Query:
    """What has an instant at or after a second in a field."""
    return Query.range_query(SCHEMA, name, FieldType.Integer, lower_bound=seconds)


def _until(name: str, seconds: int) -> Query:
    return Query.range_query(SCHEMA, name, FieldType.Integer, upper_bound=seconds)


def _from_unsigned(name: str, value: int) -> Query:
    return Query.range_query(SCHEMA, name, FieldType.Unsigned, lower_bound=value)


def _until_unsigned(name: str, value: int) -> Query:
    return Query.range_query(SCHEMA, name, FieldType.Unsigned, upper_bound=value)
