"""A search to subscribe to: as Atom (RFC 4287) and as a JSON Feed 1.1.

Both hold the newest open postings that fit, as plain text and a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from postings import links
from postings.cards import Card, cards
from postings.choices import chips
from postings.filters import PostingFilter, one_line
from postings.models import JobPosting, State
from postings.search import query
from postings.search.criteria import Criteria, Sort

#: Postings a feed holds: as many as may come between two looks at it.
MOST = 50

#: Seconds until a program that has asked should ask again, while there is no index.
_LATER = 60

#: Programs that read feeds ask again and again: for this many seconds a copy will do.
_public = cache_control(public=True, max_age=300)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """`key` is for ever, though the address follows the title."""

    key: str
    url: str
    title: str
    author: str
    text: str
    labels: tuple[str, ...]
    posted: datetime
    shown: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Feed:
    """`home` is the list, `url` the feed's own address."""

    title: str
    home: str
    url: str
    entries: tuple[_Entry, ...]


@require_safe
@_public
@conditional_page
def atom(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, _atom)


@require_safe
@_public
@conditional_page
def json_feed(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, _json)


def _answer(
    request: HttpRequest, written: Callable[[_Feed], HttpResponse]
) -> HttpResponse:
    found = _found(request)
    if found is not None:
        return written(found)
    # An empty feed would say that there is nothing.
    return HttpResponse(
        _("The search is being prepared. Ask again in a minute."),
        content_type="text/plain; charset=utf-8",
        status=503,
        headers={"Retry-After": str(_LATER)},
    )


def _atom(found: _Feed) -> HttpResponse:
    feed = Atom1Feed(
        title=found.title,
        link=found.home,
        description=None,
        language=get_language(),
        feed_url=found.url,
    )
    for each in found.entries:
        feed.add_item(
            title=each.title,
            link=each.url,
            # Atom1Feed says that it is HTML.
            description=escape(each.text).replace("\n", "<br>"),
            author_name=each.author,
            pubdate=each.posted,
            updateddate=each.shown,
            unique_id=each.key,
            categories=each.labels,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return response


def _json(found: _Feed) -> HttpResponse:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": found.title,
        "home_page_url": found.home,
        "feed_url": found.url,
        "language": get_language(),
        "items": [
            {
                "id": each.key,
                "url": each.url,
                "title": each.title,
                "content_text": each.text,
                "date_published": each.posted.isoformat(),
                "date_modified": each.shown.isoformat(),
                "authors": [{"name": each.author}],
                "tags": list(each.labels),
            }
            for each in found.entries
        ],
    }
    return JsonResponse(
        feed,
        content_type="application/feed+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _found(request: HttpRequest) -> _Feed | None:
    """What fits, in the order of the list's newest; None while there is no index."""
    at = timezone.now()
    chosen = PostingFilter(request.GET)
    criteria = chosen.criteria.open_ones()
    ids = query.ids(replace(criteria, sort=Sort.NEWEST), most=MOST, at=at)
    if ids is None:
        return None
    rows = JobPosting.objects.for_cards(ids)
    shown = (card for card in cards(rows, at) if card.state is State.OPEN)
    return _Feed(
        title=_title(criteria, chosen.organizations),
        home=links.absolute(criteria.url()),
        url=links.absolute(request.get_full_path()),
        entries=tuple(map(_entry, shown)),
    )


def _title(criteria: Criteria, names: Mapping[str, str]) -> str:
    """What was asked for: the same however many postings fit."""
    asked = [criteria.words, criteria.where]
    asked += [chip.label for chip in chips(criteria, names)]
    said = " · ".join(filter(None, asked)) or _("All open jobs")
    return f"{said} · {settings.SITE_NAME}"


def _entry(card: Card) -> _Entry:
    posting = card.posting
    employer = card.organization.name if card.organization else ""
    pay = card.pay.main if card.pay else ""
    facts = (employer, card.place, card.workplace_label, pay, card.employment)
    lines = (" · ".join(filter(None, facts)), card.excerpt)
    shown = posting.published_at or posting.first_seen
    return _Entry(
        key=links.absolute(f"/jobs/{posting.pk}/"),
        url=links.absolute(card.url),
        # XML has no place for control characters, and editors may have written some.
        title=one_line(card.title),
        author=one_line(employer) or str(settings.SITE_NAME),
        text="\n".join(filter(None, map(one_line, lines))),
        labels=tuple(filter(None, (card.employment, card.workplace_label))),
        posted=posting.date_posted or shown,
        shown=shown,
    )
