"""What the list says around its cards: the sentence, pages, and ways out of nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from postings import wording
from postings.cards import Card, cards
from postings.choices import value_label
from postings.links import Link
from postings.models import JobPosting, JobPostingQuerySet, JobPostingTexts, State
from postings.remote import REMOTE
from postings.schemaorg import Workplace
from postings.search import analysis, query
from postings.search.criteria import RADII, RADIUS, Criteria, Group, Sort
from postings.search.excerpts import highlighted
from postings.search.places.names import Kind
from postings.search.places.where import Area
from postings.search.query import PAGE_SIZE, Results, counts
from postings.search.words import parsed, plain_words

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
    """The heading's parts: how many, for which words, where, and how far around."""

    count: str
    what: str
    where: str
    within: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """How a query was understood, where that is not what it says.

    `typed` is what nothing holds, and stands only beside other words searched for;
    `any_word` says that nothing holds all of them. `place` is the place meant, `others`
    are searches that may be meant instead. `left_out` is what was typed with
    it and is not there; `unknown` is a place not known. `unpaid` postings state no pay in
    `currency`, where a least amount of it is asked for; at `paid_url` are the `paid`.
    """

    typed: str = ""
    any_word: bool = False
    near: bool = False
    place: str = ""
    left_out: str = ""
    others: tuple[Link, ...] = ()
    unknown: str = ""
    currency: str = ""
    unpaid: int = 0
    paid: int = 0
    paid_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SortLink:
    label: str
    url: str
    current: bool


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
class Feeds:
    """Addresses of a search's newest open postings, for programs that read feeds."""

    atom: str
    json: str


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
    """Cost: one query for the cards, one for texts where words are to be marked."""
    rows = [
        row
        for row in JobPosting.objects.for_cards(results.ids)
        if row.state(at) in _SHOWN
    ]
    found = cards(rows, at)
    if results.distances:
        found = [
            replace(card, distance=wording.kilometres(where.km, about=where.about))
            if (where := results.distances.get(card.posting.pk))
            else card
            for card in found
        ]
    if results.asked is not None and found:
        found = _marked(found, results)
    first = (results.page - 1) * PAGE_SIZE + 1 if found else 0
    return Listing(
        total=results.total,
        page=results.page,
        pages=results.pages,
        first=first,
        last=first + len(found) - 1 if found else 0,
        cards=found,
    )


#: A stale index may still name others.
_SHOWN = (State.OPEN, State.CLOSED, State.WITHDRAWN)


def _marked(found: Sequence[Card], results: Results) -> list[Card]:
    """The cards with matched words marked in the title and in an excerpt around them."""
    texts = dict(
        JobPostingTexts.objects.filter(
            posting__in=[card.posting.pk for card in found]
        ).values_list("posting", "description")
    )
    marked = []
    for card in found:
        title, excerpt = highlighted(
            results.asked,
            title=card.title,
            description=texts.get(card.posting.pk, ""),
            language=card.posting.in_language,
        )
        marked.append(replace(card, title_parts=title, excerpt_parts=excerpt or ()))
    return marked


def teaser(start: str, values: Iterable[str]) -> str:
    """What a page holds, for those who see a link to it; at most 155 characters."""
    text = _("%(what)s: %(names)s") % {"what": start, "names": " · ".join(values)}
    return Truncator(text).chars(155)


def sentence(
    criteria: Criteria, results: Results, cards: Sequence[Card] = ()
) -> Sentence:
    """The heading. What a mistake was replaced by is spelt as the `cards` have it."""
    total = results.total
    if criteria.include_closed and not total:
        count = _("No jobs, open or closed")
    elif criteria.include_closed:
        text = ngettext(
            "%(count)s job, open or closed", "%(count)s jobs, open and closed", total
        )
        count = text % {"count": wording.number(total)}
    else:
        count = wording.open_jobs(total)
    area = results.where.chosen
    around = results.where.has_point
    km = criteria.within or RADIUS
    return Sentence(
        count=count,
        what=_as_written(results.words, cards) if results.corrected else results.words,
        where=_short_label(area) if area else criteria.where,
        within=_("%(km)d km") % {"km": km} if around else "",
    )


def _short_label(area: Area) -> str:
    """The place's own name: "Berlin" of "Berlin, Germany"; countries are whole."""
    if area.kind in (Kind.COUNTRY, Kind.POSTCODE):
        return area.label
    return area.label.split(",", maxsplit=1)[0]


def understood(criteria: Criteria, results: Results) -> Understood:
    area = results.where.chosen
    others = tuple(
        Link(
            text=each.label,
            url=replace(criteria, where=each.query).url(),
        )
        for each in results.where.alternatives
    )
    if area is None and criteria.where.casefold() in REMOTE:
        remote = replace(criteria, where="", within=0, workplaces=_REMOTE)
        others = (Link(text=_("Remote jobs"), url=remote.url()),)
    pay = criteria.pay
    asked = pay is not None and pay.yearly and not criteria.paid_only
    paid = dict(results.facets.pay.amounts).get(pay.yearly, 0) if pay else 0
    return Understood(
        typed=criteria.words if results.corrected else "",
        any_word=results.any_word and results.total > 0,
        near=results.where.has_point,
        place=area.label if area and (others or _says_more(area, criteria)) else "",
        left_out=results.where.left_out,
        others=others[:_OTHERS],
        unknown=criteria.where if criteria.where and area is None else "",
        currency=wording.currency_name(pay.currency) if pay else "",
        unpaid=results.total - paid if asked else 0,
        paid=paid,
        paid_url=replace(criteria, paid_only=True).url(),
    )


def _as_written(words: str, cards: Iterable[Card]) -> str:
    """Folded words with the accents they are written with: köchin for kochin."""
    written = {
        analysis.folded(part.text): part.text.lower()
        for card in cards
        for part in (*card.excerpt_parts, *card.title_parts)
        if part.marked
    }
    return " ".join(written.get(word, word) for word in words.split())


#: What "remote" for a place means.
_REMOTE = (Workplace.REMOTE_POSSIBLE, Workplace.REMOTE_ONLY)

#: How many places that may be meant instead are offered.
_OTHERS = 3


def _says_more(area: Area, criteria: Criteria) -> bool:
    return area.label.casefold() != criteria.where.casefold()


SORT_LABELS = {
    Sort.RELEVANCE: gettext_lazy("Relevance"),
    Sort.NEWEST: gettext_lazy("Newest"),
    Sort.CLOSING: gettext_lazy("Closing soon"),
    Sort.PAY: gettext_lazy("Best paid"),
    Sort.NEAREST: gettext_lazy("Nearest"),
}


def sorts(criteria: Criteria, results: Results) -> tuple[SortLink, ...]:
    """The orders there are for a search; what is usual has no parameter."""
    usual = Sort.RELEVANCE if criteria.words else Sort.NEWEST
    offered = [
        each
        for each in Sort
        if not (each is Sort.RELEVANCE and not criteria.words)
        and not (each is Sort.NEAREST and not results.where.has_point)
    ]
    return tuple(
        SortLink(
            label=str(SORT_LABELS[each]),
            url=replace(criteria, sort=None if each is usual else each).url(),
            current=each is results.sort,
        )
        for each in offered
    )


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


def feeds(criteria: Criteria) -> Feeds:
    """Of what is asked for; an employer's own are found by its filter."""
    asked = criteria.open_ones().query_string()
    return Feeds(atom=reverse("feed_atom") + asked, json=reverse("feed_json") + asked)


# --- An organization ------------------------------------------------------------------


def places_of(organization: int, at: datetime) -> str:
    """The towns of the newest postings: "Berlin, Hamburg and 6 more"."""
    return _few(_newest_of(organization, at).values_list("places_label", flat=True))


def industries_of(organization: int, at: datetime) -> str:
    lists = _newest_of(organization, at).values_list("industry", flat=True)
    return _few(industry for industries in lists for industry in industries)


def _newest_of(organization: int, at: datetime) -> JobPostingQuerySet:
    own = JobPosting.objects.open(at).filter(hiring_organization=organization)
    return own.newest_first()[:RECENT]


def _few(values: Iterable[str]) -> str:
    found = list(dict.fromkeys(filter(None, values)))
    shown = wording.listed(found[:FEW])
    if len(found) <= FEW:
        return shown
    more = len(found) - FEW
    text = ngettext(
        "%(values)s and %(count)d more", "%(values)s and %(count)d more", more
    )
    return text % {"values": shown, "count": more}


# --- Nothing found --------------------------------------------------------------------


def alternatives(
    criteria: Criteria, names: Mapping[str, str], at: datetime, *, closed: int
) -> tuple[Alternative, ...]:
    """Single changes that find something, then all open jobs.

    `closed` is how many postings there are with closed ones, which may hold words that
    no open one does. Cost: a search for each.
    """
    offers = _offers(criteria, names)
    several = dict(zip(offers, counts(list(offers), at) or (), strict=False))
    if several and not criteria.include_closed:
        several[replace(criteria, sort=None).with_closed(include=True)] = closed
    found = ((each, several.get(each[0], 0)) for each in offers.items())
    return tuple(
        Alternative(label=label, url=changed.url(), count=count)
        for (changed, label), count in found
        if count
    )[:MAX_ALTERNATIVES]


def _offers(criteria: Criteria, names: Mapping[str, str]) -> dict[Criteria, str]:
    offers: dict[Criteria, str] = {}
    everything = criteria.everything()
    criteria = replace(criteria, sort=None)

    def offer(changed: Criteria, label: str) -> None:
        if changed not in (criteria, everything):
            offers.setdefault(changed, label)

    def remove(changed: Criteria, what: str) -> None:
        offer(changed, _("Remove %(filter)s") % {"filter": what})

    for group in Group:
        chosen = criteria.values(group)
        labels = wording.listed(value_label(group, each, names) for each in chosen)
        remove(criteria.without(group), labels)
    for changed, label in (*_wider(criteria), *_shorter(criteria)):
        offer(changed, label)
    if criteria.pay is not None or criteria.paid_only:
        remove(replace(criteria, pay=None, paid_only=False), _("the limit on pay"))
    if criteria.posted_days:
        remove(replace(criteria, posted_days=0), _("the limit on age"))
    if criteria.words:
        offer(
            replace(criteria, where="", within=0),
            _("Search %(words)s anywhere") % {"words": criteria.words},
        )
    else:
        remove(replace(criteria, where="", within=0), criteria.where)
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
        if criteria.employer is not None:
            elsewhere = replace(criteria, employer=None)
            offer(elsewhere, _("Search all organizations"))
        offers[everything] = _all_open(criteria)
    return offers


def _all_open(criteria: Criteria) -> str:
    if criteria.employer is None:
        return _("All open jobs")
    return _("All open jobs of %(organization)s") % {
        "organization": criteria.employer.name
    }


def _wider(criteria: Criteria) -> Iterator[tuple[Criteria, str]]:
    if not criteria.where:
        return
    for km in RADII:
        if km > (criteria.within or RADIUS):
            label = _("Within %(km)d km of %(place)s")
            yield (
                replace(criteria, within=km),
                label % {"km": km, "place": criteria.where},
            )


def _shorter(criteria: Criteria) -> Iterator[tuple[Criteria, str]]:
    words = criteria.words.split()
    if len(words) < 2:  # noqa: PLR2004
        return
    for position, word in enumerate(words[:MAX_ALTERNATIVES]):
        others = " ".join(words[:position] + words[position + 1 :])
        label = _("Search %(words)s without %(word)s")
        yield (
            replace(criteria, words=others),
            label % {"words": others, "word": word},
        )


# --- Similar postings -----------------------------------------------------------------


def similar(posting: JobPosting, at: datetime) -> Similar:
    """The narrowest search that finds enough other open postings like this one.

    Nothing where none finds any: to share a country or a kind of contract is not to be
    alike. Cost: a search for each tried, and one query. The count is of all the search
    finds, this one included.
    """
    own = 1 if posting.state(at) is State.OPEN else 0
    best: tuple[int, Criteria] | None = None
    for several in _searches_like(posting):
        totals = counts(several, at)
        if totals is None:  # and so are all others, without an index
            break
        found = [pair for pair in zip(totals, several, strict=True) if pair[0] > own]
        enough = [pair for pair in found if pair[0] - own >= ENOUGH]
        if enough:
            best = min(enough, key=_total)
            break
        best = max(filter(None, (best, *found)), key=_total, default=None)
    if best is None:
        return Similar(cards=[], url="", count=0)
    total, criteria = best
    ids = query.ids(criteria, most=MAX_SIMILAR + 1, at=at) or ()
    rows = JobPosting.objects.for_cards([pk for pk in ids if pk != posting.pk])
    return Similar(cards=cards(rows[:MAX_SIMILAR], at), url=criteria.url(), count=total)


def _total(counted: tuple[int, Criteria]) -> int:
    return counted[0]


#: Words of a title that are looked for in pairs.
_TELLING = 5

#: Where a title has said what the job is, and goes on with where, for what or how long.
_SAID = re.compile(
    r"\s*[,;:(\[|/\u2013\u2014]|\s-\s|\s(?:i|in|at|for|bei|für)\s", re.IGNORECASE
)


def _searches_like(posting: JobPosting) -> Iterator[list[Criteria]]:
    """Searches that find the posting itself while it is open, the likest first.

    Of several together that find enough, the one that finds fewest is meant.
    """
    title = plain_words(posting.title)
    country = (posting.places_country,) if posting.places_country else ()
    scopes = list(dict.fromkeys([country, ()]))
    for places in scopes:
        yield [Criteria(words=title, places=places)]
    if posting.relevant_occupation:
        occupation = plain_words(posting.relevant_occupation)
        for places in scopes:
            yield [Criteria(words=occupation, places=places)]
    job = plain_words(_SAID.split(posting.title, maxsplit=1)[0]) or title
    telling = list(dict.fromkeys(each.typed for each in parsed(job).needed))[:_TELLING]
    pairs = [" ".join(pair) for pair in combinations(telling, 2)]
    for places in scopes:
        yield [Criteria(words=pair, places=places) for pair in pairs]
    industry = next(iter(posting.industry), "")
    if industry:
        yield [Criteria(industries=(industry,), places=country)]
    # "Nurse" of "Bank Staff Nurse RMN", which is a word and no abbreviation.
    last = next((word for word in reversed(telling) if not word.isupper()), "")
    if last:
        for places in scopes:
            yield [Criteria(words=last, places=places)]
    if posting.hiring_organization_id is not None:
        yield [Criteria(organizations=(str(posting.hiring_organization_id),))]
