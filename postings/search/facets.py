"""Exact counts of what could be chosen.

A word most postings have is one few postings lack: these few are counted, and taken from
the counts of all (`Most`).

A terms aggregation over several segments is exact only where every segment gives all
of its values (`_ALL`, above the number of values of a closed group). Of organizations,
towns and industries there may be any number: the ones with most are found first, and
those shown are then counted among the postings that have one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from math import floor
from typing import Any, TypeAlias

from tantivy import Occur, Query, Searcher

from postings.search import schema
from postings.search.criteria import DAYS, NOT_STATED, Criteria, Group, Pay
from postings.search.index import number
from postings.search.matching import MINUTE, pay_match, posted_since, since
from postings.search.schema import SCHEMA

#: How many values of an open group are shown besides chosen ones; of towns and regions
#: inside another place fewer.
MAX_VALUES, MAX_INSIDE = 30, 10

#: More values than any closed group has, countries and currencies among them.
_ALL = 500

#: How many values each segment names when the largest of many are looked for: where there
#: are fewer, one look is exact. It costs hardly more than naming thirty.
_CANDIDATES = 1_000

#: More steps than amounts of pay have: of two digits each, up to 2^53.
_STEPS = 2_000

_OPEN = (Group.ORGANIZATION, Group.INDUSTRY)

Counts: TypeAlias = dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """One value of a facet and how many postings have it; `inside` are parts of it."""

    value: str
    count: int
    inside: tuple[Counted, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PayFacet:
    """Postings by currency, and by at least so much a year in `currency`.

    Postings without any pay, or in another currency, are in none of `amounts`.
    """

    currency: str = ""
    currencies: tuple[Counted, ...] = ()
    amounts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Facets:
    """A group holds every chosen value, also at 0; its own choice limits no count."""

    groups: Mapping[Group, tuple[Counted, ...]] = field(default_factory=dict)
    posted: tuple[tuple[int, int], ...] = ()
    pay: PayFacet = field(default_factory=PayFacet)


#: Gives the query without a group's own choice; of pay, or of age, without those.
Without: TypeAlias = Callable[..., Query]


#: What the index answers: for each name buckets, each with its key and `doc_count`.
Aggregated: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """Counts of all postings there are, before anything is asked for.

    Right for the seconds of `during`: so long none closes, none is published, and every
    age begins at the same minute.
    """

    during: range
    aggregated: Aggregated


@dataclass(frozen=True, kw_only=True, slots=True)
class Most:
    """Most of a whole: what is left of it without `rest`."""

    whole: Whole
    rest: Query


def whole(searcher: Searcher, every: Query, at: datetime) -> Whole:
    """Cost: an aggregation over all that a query without any choice finds."""
    begun = floor(at.timestamp())
    ended = min(
        begun // MINUTE * MINUTE + MINUTE,
        _least(searcher, schema.ENDS, begun, begun + MINUTE) + 1,
        _least(searcher, schema.PUBLISHED, begun + 1, begun + MINUTE),
    )
    return Whole(
        during=range(begun, ended),
        aggregated=searcher.aggregate(every, _shared(Criteria(), at)),
    )


def _least(searcher: Searcher, name: str, begun: int, ended: int) -> int:
    """The first instant of a field from a second on, or another where there is none."""
    asked = {"a": {"min": {"field": name}}}
    found = searcher.aggregate(since(name, begun), asked)["a"]["value"]
    return ended if found is None else int(found)


def facets(
    searcher: Searcher,
    criteria: Criteria,
    without: Without,
    at: datetime,
    most: Most | None = None,
) -> Facets:
    """`most` is what fits, if that is known as a part of all; then nothing is chosen.

    Cost: an aggregation over all that fits, one more for each group with a choice. Of
    most of a whole it is one over the rest, and one for groups with many values.
    """
    return _Counting(searcher, criteria, without, at, most).facets()


def counted(
    searcher: Searcher, query: Query, name: str, values: Iterable[str]
) -> Counts:
    """How many of what a query finds have each of these values; none for 0."""
    named = sorted(set(values))
    if not named:
        return {}
    among = Query.boolean_query(
        [
            (Occur.Must, query),
            (Occur.Must, Query.term_set_query(SCHEMA, name, named)),
        ]
    )
    # A posting has one organization: none but those named are left to be counted.
    several = name != schema.ORGANIZATION
    asked = {"a": _terms(name, len(named), include=named if several else None)}
    return _counts(searcher.aggregate(among, asked)["a"])


class _Counting:
    """Groups without a choice share one aggregation."""

    def __init__(
        self,
        searcher: Searcher,
        criteria: Criteria,
        without: Without,
        at: datetime,
        most: Most | None,
    ) -> None:
        self.searcher = searcher
        self.criteria = criteria
        self.without = without
        self.most = most
        self.at = at
        self.all = without()

    def facets(self) -> Facets:
        shared = _shared(self.criteria, self.at)
        if self.most:
            found = self._of_most(self.most, shared)
        else:
            found = self._aggregate(self.all, shared)
        groups = {group: self._group(group, found) for group in Group}
        return Facets(groups=groups, posted=self._posted(found), pay=self._pay(found))

    def _of_most(self, most: Most, asked: Mapping[str, Any]) -> Aggregated:
        """All that is known of the whole, without the rest; of many values afresh."""
        known = most.whole.aggregated
        many = {
            name: value
            for name, value in asked.items()
            if len(known[name]["buckets"]) >= _CANDIDATES
        }
        rest = {name: value for name, value in asked.items() if name not in many}
        fewer = self._aggregate(most.rest, rest)
        found = {name: _less(known[name], fewer[name]) for name in rest}
        return found | self._aggregate(self.all, many)

    def _aggregate(self, query: Query, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self.searcher.aggregate(query, dict(asked)) if asked else {}

    def _group(self, group: Group, found: Aggregated) -> tuple[Counted, ...]:
        chosen = self.criteria.values(group)
        query = self.all
        if chosen:
            query = self.without(leave_out=group)
            found = self._aggregate(query, _aggregations(group))
        if group is Group.PLACE:
            return self._places(query, _counts(found[schema.COUNTRY]), chosen)
        counts = _counts(found[group.value])
        if group in _OPEN:
            counts = self._exact(query, group.value, counts, chosen)
        return tuple(
            Counted(value=value, count=counts.get(value, 0))
            for value in dict.fromkeys((*counts, *chosen))
        )

    def _exact(
        self, query: Query, name: str, counts: Counts, chosen: Sequence[str]
    ) -> Counts:
        """The largest values, chosen ones and "not stated", counted exactly."""
        unknown = {NOT_STATED, *chosen}
        kept = [*_largest(counts, MAX_VALUES), *unknown]
        if len(counts) < _CANDIDATES:
            return {
                value: counts[value] for value in dict.fromkeys(kept) if value in counts
            }
        return counted(self.searcher, query, name, kept)

    # --- Places, from the country inwards

    def _places(
        self, query: Query, countries: Counts, chosen: Sequence[str]
    ) -> tuple[Counted, ...]:
        open_paths = {parent for path in chosen for parent in (path, *_parents(path))}
        stated = [code for code in countries if code != NOT_STATED]
        if len(stated) == 1:
            open_paths |= set(stated)
        kept = [*_largest(countries, MAX_VALUES), *(p.split("/")[0] for p in chosen)]
        if NOT_STATED in countries:
            kept.append(NOT_STATED)
        return tuple(
            Counted(
                value=code,
                count=countries.get(code, 0),
                inside=(
                    self._inside(query, code, chosen, open_paths)
                    if code in open_paths and code != NOT_STATED
                    else ()
                ),
            )
            for code in dict.fromkeys(kept)
        )

    def _inside(
        self, query: Query, path: str, chosen: Sequence[str], open_paths: set[str]
    ) -> tuple[Counted, ...]:
        """The regions of a country, or the towns of a region."""
        level = path.count("/") + 1
        among = Query.boolean_query(
            [
                (Occur.Must, query),
                (Occur.Must, Query.term_query(SCHEMA, schema.PLACE, path)),
            ]
        )
        # To name the places by a pattern would cost more than to count.
        several = _counts(
            self._aggregate(among, {"a": _terms(schema.PLACE, _CANDIDATES)})["a"]
        )
        found = {
            value: count
            for value, count in several.items()
            if _parents(value)[:1] == (path,)
        }
        own = [
            prefix
            for each in chosen
            for prefix in (each, *_parents(each))
            if _parents(prefix)[:1] == (path,)
        ]
        shown = [*_largest(found, MAX_INSIDE), *own]
        if len(several) < _CANDIDATES:
            counts = {value: found[value] for value in shown if value in found}
        else:
            counts = counted(self.searcher, query, schema.PLACE, shown)
        return tuple(
            Counted(
                value=value,
                count=counts.get(value, 0),
                inside=(
                    self._inside(query, value, chosen, open_paths)
                    if level == 1 and value in open_paths and "//" not in value
                    else ()
                ),
            )
            for value in dict.fromkeys(
                (*sorted(counts, key=lambda each: (-counts[each], each)), *own)
            )
        )

    # --- Age and pay

    def _posted(self, found: Aggregated) -> tuple[tuple[int, int], ...]:
        if self.criteria.posted_days:
            query = self.without(posted=False)
            found = self._aggregate(query, _posted_aggregation(self.at))
        buckets = found["posted"]["buckets"]
        return tuple(
            (
                days,
                sum(
                    bucket["doc_count"]
                    for bucket in buckets
                    if bucket.get("from", -1) >= posted_since(days, self.at)
                ),
            )
            for days in DAYS
        )

    def _pay(self, found: Aggregated) -> PayFacet:
        chosen = self.criteria.pay
        query = self.all
        if chosen is not None or self.criteria.paid_only:
            query = self.without(pay=False)
            found = self._aggregate(query, _pay_aggregation())
        stated = {
            each["key"]: each
            for each in found[schema.CURRENCY]["buckets"]
            if each["key"] != NOT_STATED
        }
        currencies = {code: each["doc_count"] for code, each in stated.items()}
        if chosen is not None:
            currencies.setdefault(chosen.currency, 0)
        if not currencies:
            return PayFacet()
        currency = chosen.currency if chosen else next(iter(_largest(currencies, 1)))
        amounts = _amounts(stated[currency][schema.STEP] if currency in stated else {})
        if chosen and chosen.yearly and chosen.yearly not in amounts:
            amounts[chosen.yearly] = self._at_least(query, chosen)
        return PayFacet(
            currency=currency,
            currencies=tuple(
                Counted(value=code, count=count) for code, count in currencies.items()
            ),
            amounts=tuple(sorted(amounts.items())),
        )

    def _at_least(self, query: Query, pay: Pay) -> int:
        paid = pay_match(pay, paid_only=True)
        among = Query.boolean_query([(Occur.Must, query), *paid])
        return number(self.searcher.search(among, 1, count=True))


#: Of what is paid, the share that is paid less than each amount that is offered.
_SHARES = (0.05, 0.25, 0.5, 0.7, 0.85, 0.95)


def _amounts(steps: Aggregated) -> dict[int, int]:
    """Round amounts over what is paid, each a real choice, and how many pay as much.

    `steps` are counts of postings by their pay, rounded down.
    """
    buckets = steps.get("buckets", ())
    counts = sorted((round(each["key"]), each["doc_count"]) for each in buckets)
    total = sum(count for _step, count in counts)
    found: dict[int, int] = {}
    less = 0
    for step, count in counts:
        if step and any(less < share * total <= less + count for share in _SHARES):
            found[step] = total - less
        less += count
    return found


def _less(known: Aggregated, fewer: Aggregated) -> dict[str, Any]:
    """Buckets without what a part of the same has, by their numbers, without empty ones."""
    taken = {each["key"]: each for each in fewer["buckets"]}
    found = []
    for each in known["buckets"]:
        bucket = dict(each)
        if part := taken.get(each["key"]):
            bucket["doc_count"] -= part["doc_count"]
            if schema.STEP in bucket:
                bucket[schema.STEP] = _less(each[schema.STEP], part[schema.STEP])
        if bucket["doc_count"]:
            found.append(bucket)
    return {"buckets": sorted(found, key=lambda each: -each["doc_count"])}


def _shared(criteria: Criteria, at: datetime) -> dict[str, Any]:
    """What is counted among all that fits: groups without a choice."""
    shared: dict[str, Any] = {}
    for group in Group:
        if not criteria.values(group):
            shared |= _aggregations(group)
    if not criteria.posted_days:
        shared |= _posted_aggregation(at)
    if criteria.pay is None and not criteria.paid_only:
        shared |= _pay_aggregation()
    return shared


def _posted_aggregation(at: datetime) -> dict[str, Any]:
    edges = [posted_since(days, at) for days in reversed(DAYS)]
    ranges = [{"from": edge, "to": later} for edge, later in pairwise(edges)]
    ranges.append({"from": edges[-1]})
    return {"posted": {"range": {"field": schema.POSTED, "ranges": ranges}}}


def _aggregations(group: Group) -> dict[str, Any]:
    if group is Group.PLACE:
        return {schema.COUNTRY: _terms(schema.COUNTRY, _ALL)}
    many = group in _OPEN
    return {group.value: _terms(group.value, _CANDIDATES if many else _ALL)}


def _pay_aggregation() -> dict[str, Any]:
    steps = {schema.STEP: _terms(schema.STEP, _STEPS)}
    return {schema.CURRENCY: {**_terms(schema.CURRENCY, _ALL), "aggs": steps}}


def _terms(
    name: str, size: int, include: Sequence[str] | str | None = None
) -> dict[str, Any]:
    terms: dict[str, Any] = {"field": name, "size": size, "segment_size": size}
    if include is not None:
        terms["include"] = include
    return {"terms": terms}


def _counts(aggregated: Aggregated) -> Counts:
    return {each["key"]: each["doc_count"] for each in aggregated["buckets"]}


def _largest(counts: Mapping[str, int], most: int) -> Counts:
    stated = (item for item in counts.items() if item[0] != NOT_STATED)
    return dict(sorted(stated, key=lambda item: (-item[1], item[0]))[:most])


def _parents(path: str) -> tuple[str, ...]:
    """The places a place is in, the nearest first: of `DE//Berlin` it is `DE`."""
    parts = path.split("/")
    found = []
    while len(parts) > 1:
        parts.pop()
        while parts and not parts[-1]:
            parts.pop()
        found.append("/".join(parts))
    return tuple(found)
