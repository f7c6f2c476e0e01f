"""What the list says around its cards: the sentence, pages, and ways out of nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postings import wording
from postings.cards import Card, cards
from postings.filters import value_label
from postings.models import JobPosting, State
from postings.search.criteria import Criteria, Group
from postings.search.query import PAGE_SIZE, Results, counts, matching

#: How many ways out of an empty list are offered.
MAX_ALTERNATIVES = 8

#: How many other postings make a search worth offering as "like this".
ENOUGH = 3

MAX_SIMILAR = 5

#: How many of an organization's values are named, among its postings looked at.
FEW, RECENT = 3, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A page of cards; `first` and `last` count from 1, both 0 where there is none."""

    total: int
    page: int
    pages: int
    first: int
    last: int
    cards: list[Card]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """The heading's parts: how many, for which words, where."""

    count: str
    what: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLink:
    number: int
    url: str
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Pagination:
    """Links to pages; None among the numbers is a gap."""

    page: int
    pages: int
    previous_url: str
    next_url: str
    numbers: tuple[PageLink | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """One change to a search that finds something, or everything that is open."""

    label: str
    url: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Similar:
    """Open postings like one, and the search that finds them and others."""

    cards: list[Card]
    url: str
    count: int


def listing(results: Results, at: datetime) -> Listing:
    """Cost: one query for the cards."""
    found = cards(JobPosting.objects.for_cards(results.ids), at)
    first = (results.page - 1) * PAGE_SIZE + 1 if found else 0
    return Listing(
        total=results.total,
        page=results.page,
        pages=results.pages,
        first=first,
        last=first + len(found) - 1 if found else 0,
        cards=found,
    )


def sentence(criteria: Criteria, total: int) -> Sentence:
    if criteria.include_closed:
        text = ngettext(
            "%(count)s job, open and closed", "%(count)s jobs, open and closed", total
        )
        count = text % {"count": wording.number(total)}
    else:
        count = wording.open_jobs(total)
    return Sentence(count=count, what=criteria.words, where=criteria.where)


def pagination(page: int, pages: int, url: Callable[[int], str]) -> Pagination:
    """`url` gives the address of a page by its number."""
    shown = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    numbers: list[PageLink | None] = []
    last = 0
    for number in shown:
        if number - last == 2:  # noqa: PLR2004
            # A gap of one page is no shorter than the page.
            numbers.append(PageLink(number=last + 1, url=url(last + 1), current=False))
        elif number - last > 1:
            numbers.append(None)
        numbers.append(PageLink(number=number, url=url(number), current=number == page))
        last = number
    return Pagination(
        page=page,
        pages=pages,
        previous_url=url(page - 1) if page > 1 else "",
        next_url=url(page + 1) if page < pages else "",
        numbers=tuple(numbers),
    )


# --- An organization ------------------------------------------------------------------


def places_of(criteria: Criteria, at: datetime) -> str:
    """The towns of the newest postings: "Berlin, Hamburg and 6 more"."""
    return _few(
        matching(criteria, at)
        .newest_first()
        .values_list("places_label", flat=True)[:RECENT]
    )


def industries_of(criteria: Criteria, at: datetime) -> str:
    lists = matching(criteria, at).newest_first().values_list("industry", flat=True)
    return _few(industry for industries in lists[:RECENT] for industry in industries)


def _few(values: Iterable[str]) -> str:
    found = list(dict.fromkeys(filter(None, values)))
    shown = wording.listed(found[:FEW])
    if len(found) <= FEW:
        return shown
    return _("%(values)s and %(count)d more") % {
        "values": shown,
        "count": len(found) - FEW,
    }


# --- Nothing found --------------------------------------------------------------------


def alternatives(
    criteria: Criteria, names: Mapping[str, str], at: datetime
) -> tuple[Alternative, ...]:
    """Single changes that find something, then all open jobs. Cost: one query."""
    offers = _offers(criteria, names)
    found = zip(offers.items(), counts(list(offers), at), strict=True)
    return tuple(
        Alternative(label=label, url=changed.url(), count=count)
        for (changed, label), count in found
        if count
    )[:MAX_ALTERNATIVES]


def _offers(criteria: Criteria, names: Mapping[str, str]) -> dict[Criteria, str]:
    offers: dict[Criteria, str] = {}
    everything = Criteria()

    def offer(changed: Criteria, label: str) -> None:
        if changed not in (criteria, everything):
            offers.setdefault(changed, label)

    def remove(changed: Criteria, what: str) -> None:
        offer(changed, _("Remove %(filter)s") % {"filter": what})

    for group in Group:
        chosen = criteria.values(group)
        labels = wording.listed(value_label(group, each, names) for each in chosen)
        remove(criteria.without(group), labels)
    words = criteria.words.split()
    if len(words) > 1:
        for position, word in enumerate(words[:MAX_ALTERNATIVES]):
            others = " ".join(words[:position] + words[position + 1 :])
            offer(
                replace(criteria, words=others),
                _("Search %(words)s without %(word)s")
                % {"words": others, "word": word},
            )
    if criteria.words:
        offer(
            replace(criteria, where=""),
            _("Search %(words)s anywhere") % {"words": criteria.words},
        )
    else:
        remove(replace(criteria, where=""), criteria.where)
    if criteria == criteria.without_filters():
        offer(
            replace(criteria, words=""),
            _("All jobs in %(place)s") % {"place": criteria.where},
        )
    else:
        remove(replace(criteria, words=""), criteria.words)
    if not criteria.include_closed:
        offer(criteria.with_closed(include=True), _("Include closed jobs"))
    if criteria != everything:
        offers[everything] = _("All open jobs")
    return offers


# --- Similar postings -----------------------------------------------------------------


def similar(posting: JobPosting, at: datetime) -> Similar:
    """The narrowest search that finds enough other open postings like this one.

    Cost: two queries. The count is of all the search finds, this one included.
    """
    found = _searches_like(posting)
    totals = counts(found, at)
    own = 1 if posting.state(at) is State.OPEN else 0
    others = [total - own for total in totals]
    chosen = next(
        (position for position, count in enumerate(others) if count >= ENOUGH),
        max(range(len(found)), key=lambda position: others[position], default=None),
    )
    if chosen is None or others[chosen] < 1:
        return Similar(cards=[], url="", count=0)
    rows = (
        matching(found[chosen], at)
        .exclude(pk=posting.pk)
        .select_related("hiring_organization")
        .newest_first()[:MAX_SIMILAR]
    )
    return Similar(cards=cards(rows, at), url=found[chosen].url(), count=totals[chosen])


def _searches_like(posting: JobPosting) -> list[Criteria]:
    """Searches that find the posting itself while it is open, narrow ones first."""
    country = (posting.places_country,) if posting.places_country else ()
    types = tuple(posting.employment_type)
    industry = next(iter(posting.industry), "")
    searches = []
    if posting.relevant_occupation:
        searches.append(Criteria(words=posting.relevant_occupation, countries=country))
    if posting.hiring_organization_id is not None:
        searches.append(Criteria(organizations=(str(posting.hiring_organization_id),)))
    if industry:
        searches.append(Criteria(words=industry, countries=country))
    if types or country:
        searches.append(Criteria(employment_types=types, countries=country))
    if country:
        searches.append(Criteria(countries=country))
    if types:
        searches.append(Criteria(employment_types=types))
    return list(dict.fromkeys(searches))
