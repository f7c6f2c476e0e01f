"""The pictures of docs/images, drawn anew: `make screenshots`, no part of the suite."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from postings.models import JobPosting

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"

#: Width and height of a screen, and its colours.
SCREENS = {
    "": (1440, 1000, "light"),
    "-dark": (1440, 1000, "dark"),
    "-phone": (390, 844, "light"),
}


def addresses() -> dict[str, str]:
    """Pages worth a picture, by the name of its file, on a site with the sample."""
    now = timezone.now()
    paid = JobPosting.objects.open(now).filter(base_salary_min_value__isnull=False)
    posting = paid.newest_first().select_related("hiring_organization")[0]
    return {
        "list": "/",
        "search": "/?q=engineer&where=Berlin&within=200",
        "posting": posting.get_absolute_url(),
    }


@pytest.mark.django_db(transaction=True)
def test_pictures(browser: Browser, live_server: LiveServer) -> None:
    call_command("load_sample", verbosity=0)
    for suffix, (width, height, scheme) in SCREENS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en",
        )
        page = context.new_page()
        for name, address in addresses().items():
            page.goto(live_server.url + address)
            page.screenshot(path=IMAGES / f"{name}{suffix}.png")
        context.close()
    assert {path.name for path in IMAGES.glob("*.png")} >= {
        f"{name}{suffix}.png" for name in addresses() for suffix in SCREENS
    }
