"""Criteria to results: what fits, in which order, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from math import floor
from typing import NamedTuple, TypeAlias

from django.utils.translation import get_language
from tantivy import DocAddress, Occur, Order, Query, Searcher

from postings.models import JobPosting
from postings.search import distance, index, schema
from postings.search.corrections import corrected
from postings.search.criteria import NOT_STATED, Criteria, Sort
from postings.search.facets import Facets, Most, Whole, counted, facets, whole
from postings.search.index import Opened
from postings.search.known import Known
from postings.search.matching import (
    MINUTE,
    Asked,
    filters,
    has_ended,
    unweighed,
    words_match,
    words_ranked,
)
from postings.search.places.where import Area, Resolution, resolve
from postings.search.schema import SCHEMA
from postings.search.spellings import spelt
from postings.search.words import Words, parsed

PAGE_SIZE = 20

#: Pages after this one are not shown: what is found so late is better searched for.
MAX_PAGES = 500

#: Results looked at beyond a page, so that equals keep their order from page to page.
_EQUALS = 60

#: Of more equals than these the order is the index's own.
_MOST_EQUALS = 2 * MAX_PAGES * PAGE_SIZE

#: Pages without words may show counts of the same minute.
_KEPT = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """One page of what was found.

    `page` is the page shown, the nearest to the one asked for of those there are; of
    more than `MAX_PAGES` none is shown. `closed` is how many more postings there are
    with closed ones included.

    `words` is what was searched for: `corrected` says that it is not what was typed,
    since nothing holds that; `any_word` that nothing holds all of them. `where` says
    how the place was understood. `distances` are kilometres by id, where a point was
    searched around. `waiting` says that there is no index yet: then the newest open
    postings are shown, whatever was asked for, and nothing is counted.
    """

    ids: tuple[int, ...]
    total: int
    page: int
    pages: int
    sort: Sort = Sort.NEWEST
    closed: int = 0
    facets: Facets = field(default_factory=Facets)
    words: str = ""
    corrected: bool = False
    any_word: bool = False
    where: Resolution = field(default_factory=Resolution)
    distances: Mapping[int, distance.Distance] = field(default_factory=dict)
    waiting: bool = False
    asked: Asked | None = None


def search(criteria: Criteria, *, page: int = 1, at: datetime) -> Results:
    """The postings that fit, `PAGE_SIZE` a page.

    Cost: one query, and one or two more where distances are wanted.
    """
    return index.ask(
        lambda opened: _Search(opened, criteria, at).results(page),
        lambda: _newest(criteria, page, at),
    )


def counts(several: Sequence[Criteria], at: datetime) -> tuple[int, ...] | None:
    """How many postings fit each of several criteria, all words matching.

    None while there is no index: of a million postings a database takes its time.
    """
    if not several:
        return ()
    return index.ask(
        lambda opened: tuple(_Search(opened, each, at).count() for each in several),
        lambda: None,
    )


def open_by_organization(
    organizations: Sequence[int], at: datetime
) -> Mapping[int, int] | None:
    """How many open postings organizations have, by primary key; none for 0.

    None while there is no index, as `counts` has it.
    """

    def found(opened: Opened) -> Mapping[int, int]:
        every = _Search(opened, Criteria(), at).query()
        names = map(str, organizations)
        each = counted(opened.searcher, every, schema.ORGANIZATION, names)
        return {int(key): count for key, count in each.items()}

    return index.ask(found, lambda: None)


def ids(criteria: Criteria, *, most: int, at: datetime) -> tuple[int, ...] | None:
    """The first postings that fit, in the criteria's order; at most `most`.

    None while there is no index, as `counts` has it.
    """
    return index.ask(
        lambda opened: _Search(opened, criteria, at).first(most), lambda: None
    )


def ids_in_any_state(words: str, *, most: int) -> tuple[int, ...] | None:
    """The newest postings that hold all words, hidden, unpublished and deleted too.

    The last word may be the beginning of one. At most `most`; None where there is no
    word to look for, or no index to ask.
    """
    wanted = parsed(words)
    if not wanted:
        return None

    def found(opened: Opened) -> tuple[int, ...]:
        stemmers = Known(opened.searcher).stemmers()
        words = spelt(wanted, opened.searcher, stemmers)
        asked = Asked(words, stemmers, typing=wanted.typing)
        query = words_match(asked, opened.searcher) or Query.all_query()
        hits = opened.searcher.search(query, most, order_by_field=schema.NEWEST)
        return tuple(
            filter(None, index.ids(opened.searcher, hits))
        )  # the mark has none

    return index.ask(found, lambda: None)


def _newest(criteria: Criteria, page: int, at: datetime) -> Results:
    """The list, or an employer's own, without an index: from the database alone."""
    found = JobPosting.objects.open(at).newest_first().values_list("pk", flat=True)
    if criteria.employer is not None:
        found = found.filter(hiring_organization=int(criteria.employer.key))
    total = found.order_by()[: MAX_PAGES * PAGE_SIZE].count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    return Results(
        ids=tuple(found[start : start + PAGE_SIZE]),
        total=total,
        page=page,
        pages=pages,
        waiting=True,
    )


# --- One search -----------------------------------------------------------------------

#: Results of one order, then of the next: a query, a sort key and its direction.
_Tier: TypeAlias = tuple[Query, str, Order]


class _Found(NamedTuple):
    """The ids of a stretch of results, and how many there are."""

    ids: tuple[int, ...]
    total: int


#: By what is asked for, its language and the minute.
_Counts: TypeAlias = dict[tuple[object, ...], tuple[Facets, int]]


@dataclass(slots=True)
class _Kept:
    """Counts of one state of the index; of another there are none yet.

    `wholes` are of all that is open and, by True, of that and what has closed.
    """

    opened: Opened | None = None
    counts: _Counts = field(default_factory=dict)
    wholes: dict[bool, Whole] = field(default_factory=dict)

    def of(self, opened: Opened) -> tuple[_Counts, dict[bool, Whole]]:
        counts, wholes = self.counts, self.wholes
        if self.opened is not opened or len(counts) >= _KEPT:
            counts, wholes = {}, {}
            self.opened, self.counts, self.wholes = opened, counts, wholes
        return counts, wholes


_kept = _Kept()


class _Search:
    def __init__(self, opened: Opened, criteria: Criteria, at: datetime) -> None:
        self.opened = opened
        self.searcher: Searcher = opened.searcher
        self.criteria = criteria
        self.at = at
        self.known = Known(opened.searcher)
        self.where = (
            resolve(criteria.where, self.known, _language())
            if criteria.where
            else Resolution()
        )
        self.area: Area | None = self.where.chosen
        languages = self.known.stemmers()
        words = spelt(parsed(criteria.words), self.searcher, languages)
        self.asked = Asked(words, languages)
        self.corrected = False
        self.was_missing = False  # whether nothing holds all words as typed
        self._matches: dict[Asked, Query | None] = {}

    # --- What is looked for

    def query(self, **left_out: object) -> Query:
        """Everything asked for; `leave_out`, `pay` and `posted` as `filters` has them."""
        parts = [*filters(self.criteria, self.area, self.at, **left_out)]  # type: ignore[arg-type]
        return self._with_words(parts)

    def closed(self) -> Query:
        """What fits and has closed, whether closed postings are asked for or not."""
        both = self.criteria.with_closed(include=True)
        return self._with_words(
            [*filters(both, self.area, self.at), (Occur.Must, has_ended(self.at))]
        )

    def _with_words(self, parts: list[tuple[Occur, Query]]) -> Query:
        if self.asked not in self._matches:
            self._matches[self.asked] = words_match(self.asked, self.searcher)
        # Nothing but signs may have been typed: then every posting has the words.
        words = self._matches[self.asked] or Query.all_query()
        return Query.boolean_query([*parts, (Occur.Must, words)])

    def understand(self) -> None:
        """Looks for other words, or for any of them, where nothing holds them all."""
        words = self.asked.words
        if not words.clauses or self._is_found(self.asked):
            return
        if words.typing:
            typing = replace(self.asked, typing=True)
            if self._is_found(typing):
                self.asked = typing
                return
        languages = self.asked.languages
        other = corrected(words, self.searcher, languages, self._may_be_meant)
        if other is not None:
            words = spelt(other, self.searcher, languages)
            mended = replace(self.asked, words=words)
            if self._is_found(mended):
                self.asked, self.corrected = mended, True
                return
        # Something else than was typed, and not even all of that, would be a guess.
        any_word = replace(self.asked, any_word=True)
        if len(words.needed) > 1 and self._is_found(any_word):
            self.asked = any_word

    def _is_found(self, asked: Asked) -> bool:
        """Whether the words alone find anything that may be shown on this page."""
        words = words_match(asked, self.searcher)
        return words is None or self._has(words)

    def _may_be_meant(self, word: str) -> bool:
        """Whether an employer, on its own page, has a word; elsewhere somebody has."""
        if self.criteria.employer is None:
            return True
        return self._has(Query.term_query(SCHEMA, schema.TEXT, word))

    def _has(self, words: Query) -> bool:
        bare = Criteria(
            include_closed=self.criteria.include_closed, employer=self.criteria.employer
        )
        parts = [*filters(bare, None, self.at), (Occur.Must, words)]
        return bool(self._count(Query.boolean_query(parts)))

    def _count(self, query: Query) -> int:
        return index.number(self.searcher.search(query, 1, count=True))

    def count(self) -> int:
        return self._count(self.query())

    # --- Results

    def first(self, most: int) -> tuple[int, ...]:
        return self._found(0, most)[0]

    def results(self, page: int) -> Results:
        page = min(max(page, 1), MAX_PAGES)
        found, total = self._found((page - 1) * PAGE_SIZE, PAGE_SIZE)
        pages = min(max(1, -(-total // PAGE_SIZE)), MAX_PAGES)
        if page > pages:
            page = pages
            found, _total = self._found((page - 1) * PAGE_SIZE, PAGE_SIZE)
        sort = self._sort()
        shown, closed = self._facets(total)
        return Results(
            ids=found,
            total=total,
            page=page,
            pages=pages,
            sort=sort,
            closed=closed,
            facets=shown,
            words=self._shown_words(),
            corrected=self.corrected,
            any_word=self.asked.any_word,
            where=self.where,
            distances=distance.of(found, self.area) if self.area else {},
            asked=self.asked if self.asked.words else None,
        )

    def _shown_words(self) -> str:
        if not self.corrected:
            return self.criteria.words
        return typed(self.asked.words)

    def _facets(self, total: int) -> tuple[Facets, int]:
        kept, wholes = _kept.of(self.opened)
        minute = int(self.at.timestamp()) // MINUTE
        key = (replace(self.criteria, sort=None), _language(), minute)
        if not self.criteria.words and key in kept:
            return kept[key]
        most = self._most(total, wholes)
        found = (
            facets(self.searcher, self.criteria, self.query, self.at, most),
            self._closed(),
        )
        if not self.criteria.words:
            kept[key] = found
        return found

    def _closed(self) -> int:
        """How many more there are with closed postings included.

        What no open posting holds closed ones may: then their words are the typed ones.
        """
        if self.criteria.include_closed or not self.was_missing:
            return self._count(self.closed())
        both = _Search(self.opened, self.criteria.with_closed(include=True), self.at)
        both.understand()
        return both._count(both.closed())

    def _most(self, total: int, wholes: dict[bool, Whole]) -> Most | None:
        """What fits as a part of all postings, if it is most of them by words alone."""
        closed = self.criteria.include_closed
        every = Criteria(include_closed=closed)
        if (
            2 * total <= self.searcher.num_docs
            or replace(self.criteria, words="", sort=None) != every
        ):
            return None
        parts = [*filters(every, None, self.at), (Occur.Must, Query.all_query())]
        all_of_it = Query.boolean_query(parts)
        known = wholes.get(closed)
        if known is None or floor(self.at.timestamp()) not in known.during:
            known = whole(self.searcher, all_of_it, self.at)
            wholes[closed] = known
        words = words_match(self.asked, self.searcher)
        rest = Query.empty_query() if words is None else _but(all_of_it, words)
        return Most(whole=known, rest=rest)

    # --- Order

    def _sort(self) -> Sort:
        wanted = self.criteria.sort
        ranked = bool(self.asked.words.clauses)
        if wanted is Sort.NEAREST and not self.where.has_point:
            wanted = None
        if wanted is Sort.RELEVANCE and not ranked:
            wanted = None
        return wanted or (Sort.RELEVANCE if ranked else Sort.NEWEST)

    def _found(self, start: int, length: int) -> _Found:
        """A stretch of what is found, of other words where there is nothing at all."""
        found = self._slice(start, length)
        if not found.total and self.asked.words.clauses:
            self.was_missing = True
            asked = self.asked
            self.understand()
            if self.asked != asked:
                found = self._slice(start, length)
        return found

    def _slice(self, start: int, length: int) -> _Found:
        sort = self._sort()
        if sort is Sort.RELEVANCE:
            return self._by_relevance(start, length)
        query = self.query()
        if sort is Sort.NEAREST and self.area is not None:
            ring = partial(self._in_ring, query)
            ids = distance.nearest(self.area, self.criteria, ring, start, length)
            return _Found(ids, self._count(query))
        return self._by_tiers(self._tiers(query, sort), start, length)

    def _by_relevance(self, start: int, length: int) -> _Found:
        weighed = Query.boolean_query(
            [
                *(
                    (occur, unweighed(part))
                    for occur, part in filters(self.criteria, self.area, self.at)
                ),
                *words_ranked(self.asked, self.searcher),
            ]
        )
        most = start + length + _EQUALS
        while True:
            result = self.searcher.search(
                weighed, most, weight_by_field=schema.FRESHNESS
            )
            hits = result.hits
            # Equals keep their order from page to page only if all are looked at.
            if len(hits) < most or hits[-1][0] < hits[start + length - 1][0]:
                break
            if most >= _MOST_EQUALS:
                equals = [address for _score, address in hits[start : start + length]]
                return _Found(self._ids(equals), index.number(result))
            most = min(8 * most, _MOST_EQUALS)
        addresses = [address for _score, address in hits]
        keys = index.values(self.searcher, schema.NEWEST, addresses)
        ranked = sorted(
            zip(hits, keys, strict=True), key=lambda item: (-item[0][0], -item[1])
        )
        kept = [address for (_score, address), _key in ranked[start : start + length]]
        return _Found(self._ids(kept), index.number(result))

    def _tiers(self, query: Query, sort: Sort) -> list[_Tier]:
        newest = (query, schema.NEWEST, Order.Desc)
        match sort:
            case Sort.CLOSING:
                still = Query.boolean_query(
                    [
                        (Occur.Must, query),
                        *filters(Criteria(), None, self.at),
                    ]
                )
                gone = _but(query, still)
                first = (still, schema.CLOSING, Order.Asc)
                if not self.criteria.include_closed:
                    return [first]
                return [first, (gone, schema.NEWEST, Order.Desc)]
            case Sort.PAY:
                currency = self._currency
                if not currency:
                    return [newest]
                paid = Query.boolean_query(
                    [
                        (Occur.Must, query),
                        (
                            Occur.Must,
                            Query.term_query(SCHEMA, schema.CURRENCY, currency),
                        ),
                    ]
                )
                return [
                    (paid, schema.PAID, Order.Desc),
                    (_but(query, paid), schema.NEWEST, Order.Desc),
                ]
            case _:
                return [newest]

    @property
    def _currency(self) -> str:
        """The one currency pay is compared in: the chosen one, else the commonest."""
        if self.criteria.pay is not None:
            return self.criteria.pay.currency
        asked = {"a": {"terms": {"field": schema.CURRENCY, "size": 500}}}
        buckets = self.searcher.aggregate(self.query(), asked)["a"]["buckets"]
        stated = [each for each in buckets if each["key"] != NOT_STATED]
        stated.sort(key=lambda each: (-each["doc_count"], each["key"]))
        return str(stated[0]["key"]) if stated else ""

    def _by_tiers(self, tiers: Sequence[_Tier], start: int, length: int) -> _Found:
        found: list[DocAddress] = []
        total = 0
        for query, name, order in tiers:
            missing = length - len(found)
            if not missing:
                total += self._count(query)
                continue
            hits = self.searcher.search(
                query, missing, offset=start, order_by_field=name, order=order
            )
            found += [address for _key, address in hits.hits]
            start = max(0, start - index.number(hits))
            total += index.number(hits)
        return _Found(self._ids(found), total)

    def _in_ring(
        self, query: Query, cells: Sequence[int], inner: Sequence[int], most: int
    ) -> tuple[int, tuple[int, ...]]:
        """How many fit between two circles, and the ids of the newest of them."""
        parts = [
            (Occur.Must, query),
            (Occur.Must, Query.term_set_query(SCHEMA, schema.CELLS, list(cells))),
        ]
        if inner:
            parts.append(
                (
                    Occur.MustNot,
                    Query.term_set_query(SCHEMA, schema.CELLS, list(inner)),
                )
            )
        within = Query.boolean_query(parts)
        if not most:
            return self._count(within), ()
        hits = self.searcher.search(
            within, most, count=True, order_by_field=schema.NEWEST
        )
        return index.number(hits), tuple(index.ids(self.searcher, hits))

    def _ids(self, addresses: list[DocAddress]) -> tuple[int, ...]:
        return tuple(index.values(self.searcher, schema.PK, addresses))


def _but(query: Query, those: Query) -> Query:
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, those)])


def typed(words: Words) -> str:
    """A query as somebody would type it."""
    pieces = [f'"{c.typed}"' if c.phrase else c.typed for c in words.clauses]
    pieces += [f'-"{c.typed}"' if c.phrase else f"-{c.typed}" for c in words.excluded]
    return " ".join(pieces)


def _language() -> str:
    return (get_language() or "en").split("-", maxsplit=1)[0]
