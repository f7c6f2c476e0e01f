"""The page that shows every component, and the page for when nothing works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.views.defaults import server_error

from postings.templatetags import postings as tags

PARTIALS = Path(__file__).parent.parent / "templates" / "postings"


@pytest.mark.django_db
def test_the_style_page_is_there_while_debug_is_on(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404
    with override_settings(DEBUG=True):
        assert client.get("/styleguide/").status_code == 200


@pytest.mark.django_db
@override_settings(DEBUG=True)
def test_the_style_page_shows_every_partial(client: Client) -> None:
    tags._tile.cache_clear()  # noqa: SLF001 - earlier pages may have drawn its tiles
    page = client.get("/styleguide/")
    used = {template.name for template in page.templates}
    partials = {f"postings/{path.name}" for path in PARTIALS.glob("_*.html")}
    assert partials
    assert partials - used == set()


@pytest.mark.django_db
@override_settings(DEBUG=True)
def test_the_style_page_shows_cards_in_every_state(client: Client) -> None:
    page = client.get("/styleguide/").content.decode()
    for words in (
        "Pay not stated",
        "Employer not named",
        "Remote only",
        "Closes in 2 days",
        "≈ €93,600–114,400 a year",
        "No longer offered",
        'dir="rtl"',
    ):
        assert words in page
    assert "<b>Closed " in page


@pytest.fixture
def _no_manifest() -> Iterator[None]:
    """By hand: monkeypatch would delete it, as the storage only wraps what has it."""
    storage: Any = staticfiles_storage
    names = storage.hashed_files
    storage.hashed_files = {}
    yield
    storage.hashed_files = names


@pytest.mark.usefixtures("_no_manifest")
def test_the_page_of_an_error_needs_no_manifest() -> None:
    request = RequestFactory().get("/")
    with pytest.raises(ValueError, match="manifest"):
        render_to_string("404.html", {}, request)
    answer = server_error(request)
    assert answer.status_code == 500
    page = answer.content.decode()
    assert 'href="/static/css/site.css"' in page
    assert "Something went wrong" in page
