"""What every page may say of the site."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from postings.models import JobPosting
from postings.search.criteria import RADII, RADIUS, Criteria
from postings.search.query import counts

#: How old the counts of the site may be, in seconds.
FRESH = 60


_KEY = "postings.context.counts"


class Counts(TypedDict):
    open: int | None
    organizations: int


class Site:
    """Its name and address, and how much is open: counted when a page first asks."""

    @property
    def name(self) -> str:
        return str(settings.SITE_NAME)

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return str(settings.SITE_URL)

    @property
    def radii(self) -> tuple[int, ...]:
        """Kilometres around a place the search form offers."""
        return RADII

    @property
    def radius(self) -> int:
        """The kilometres meant where none are chosen."""
        return RADIUS

    @cached_property
    def shortlist_url(self) -> str:
        """Named by every card."""
        return reverse("shortlist")

    @property
    def open_count(self) -> int | None:
        """None while the search is being prepared."""
        return self._counts()["open"]

    @property
    def organization_count(self) -> int:
        """Organizations with open postings."""
        return self._counts()["organizations"]

    def _counts(self) -> Counts:
        """Cost: one query and one search a minute and process."""
        return cache.get_or_set(_KEY, _count, FRESH) or _count()


def _count() -> Counts:
    at = timezone.now()
    (count,) = counts([Criteria()], at) or (None,)
    employers = JobPosting.objects.open(at).employers()
    return Counts(open=count, organizations=employers.count())


def site(_request: HttpRequest) -> dict[str, Site]:
    return {"site": Site()}
