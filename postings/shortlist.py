"""Postings a visitor keeps without an account: primary keys in a signed cookie.

The cookie's path is the shortlist's address. Browsers send it nowhere else, so every
other page is the same for everybody and may be kept by a shared cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from postings.cards import Card, card
from postings.fields import KEY
from postings.models import JobPosting, State

COOKIE = "shortlist"

#: The most postings kept: at 19 digits a key, half of the 4,096 bytes a cookie may have.
LIMIT = 100

#: How long after its last change a shortlist is remembered.
AGE = timedelta(days=365)

_SALT = "postings.shortlist"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One place of the shortlist; `card` is None where the posting has no page now."""

    pk: int
    card: Card | None

    @property
    def over(self) -> bool:
        return self.card is not None and self.card.state is not State.OPEN


def kept_keys(request: HttpRequest) -> tuple[int, ...]:
    """What the visitor kept, newest kept first; nothing where the cookie is forged."""
    text = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=AGE) or ""
    return tuple(int(key) for key in text.split(".") if KEY.fullmatch(key))


def remember(response: HttpResponseBase, keys: Sequence[int]) -> None:
    path = reverse("shortlist")
    if not keys:
        response.delete_cookie(COOKIE, path=path, samesite="Lax")
        return
    response.set_signed_cookie(
        COOKIE,
        ".".join(map(str, keys)),
        salt=_SALT,
        max_age=AGE,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def key_of(text: str) -> int | None:
    """A primary key a stranger sent, where it may be one."""
    return int(text) if KEY.fullmatch(text) else None


def shortlist(keys: Sequence[int], at: datetime) -> list[Kept]:
    """In the order of the keys. Cost: one query."""
    rows = JobPosting.objects.visible(at).for_cards(keys)
    cards = {row.pk: card(row, at) for row in rows}
    return [Kept(pk=key, card=cards.get(key)) for key in keys]


def is_from_here(request: HttpRequest) -> bool:
    """Whether a form of this site sent the request, by what the browser says of it.

    `Sec-Fetch-Site` is sent to https and loopback addresses by browsers since 2023,
    `Origin` with every POST by all that know what the style sheet needs.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") in {own, settings.SITE_URL}
