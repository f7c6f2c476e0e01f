"""What every page may say of the site."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from postings.models import JobPosting
from postings.search.criteria import RADII, RADIUS

#: How old the counts of the site may be, in seconds.
FRESH = 60


_KEY = "postings.context.counts"


class Counts(TypedDict):
    open: int
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
    def open_count(self) -> int:
        return self._counts()["open"]

    @property
    def organization_count(self) -> int:
        """Organizations with open postings."""
        return self._counts()["organizations"]

    def _counts(self) -> Counts:
        """Cost: one query a minute and process."""
        return cache.get_or_set(_KEY, _count, FRESH) or _count()


def _count() -> Counts:
    found = JobPosting.objects.open(timezone.now()).aggregate(
        open=Count("pk"), organizations=Count("hiring_organization", distinct=True)
    )
    return Counts(open=found["open"], organizations=found["organizations"])


def site(_request: HttpRequest) -> dict[str, Site]:
    return {"site": Site()}
