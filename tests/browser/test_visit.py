"""Visitors with a browser: with and without scripts, on small and large screens."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from postings.models import JobPosting, Organization
from postings.search import index
from tests import factories as make
from tests.browser.conftest import Watch

PHONE = {"width": 390, "height": 844}

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter"


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def cooks_and_a_waiter() -> None:
    """Twenty-one full-time cooks, two part-time ones and a waiter, newest last."""
    make.make_posting(title="Waiter")
    for number in range(21):
        make.make_posting(
            title=f"Cook {number}", url=f"https://jobs.inn.example/{number}"
        )
    for number in range(2):
        make.make_posting(
            title=f"Pastry cook {number}",
            employment_type=["PART_TIME"],
            url=f"https://jobs.inn.example/pastry/{number}",
        )


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_visit_goes_from_search_to_application_without_scripts(
    page: Page, live_server: LiveServer
) -> None:
    cooks_and_a_waiter()
    cards = page.locator(".card")

    page.goto(live_server.url)
    expect(heading(page)).to_have_text("24 open jobs")
    page.get_by_label("What").fill("cook")
    page.get_by_role("button", name="Search").click()
    expect(heading(page)).to_have_text("23 open jobs for cook")

    page.get_by_role("checkbox", name="Part-time").check()
    page.get_by_role("button", name="Show results").click()
    expect(heading(page)).to_have_text("2 open jobs for cook")
    page.get_by_role("link", name="Part-time remove").click()
    expect(heading(page)).to_have_text("23 open jobs for cook")
    expect(page.get_by_role("checkbox", name="Part-time")).not_to_be_checked()

    page.get_by_role("link", name="Next page").click()
    expect(page).to_have_url(f"{live_server.url}/?q=cook&page=2")
    expect(cards).to_have_count(3)
    page.go_back()
    expect(page).to_have_url(f"{live_server.url}/?q=cook")
    expect(cards).to_have_count(20)

    page.get_by_role("link", name="Cook 20").click()
    expect(heading(page)).to_have_text("Cook 20")
    apply = page.get_by_role("link", name="Apply at jobs.inn.example")
    expect(apply).to_have_attribute("href", "https://jobs.inn.example/20")
    expect(apply).to_have_attribute("rel", "nofollow noopener noreferrer")


@pytest.mark.browser_context_args(java_script_enabled=False, viewport=PHONE)
def test_on_a_phone_filters_open_over_the_list_without_scripts(
    page: Page, live_server: LiveServer
) -> None:
    cooks_and_a_waiter()
    sheet = page.locator("#filters")
    filters = page.locator(".bar").get_by_role("button", name="Filters")

    page.goto(live_server.url)
    expect(sheet).to_be_hidden()
    filters.click()
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    filters.click()
    sheet.get_by_role("checkbox", name="Part-time").check()
    sheet.get_by_role("button", name="Show results").click()
    expect(heading(page)).to_have_text("2 open jobs")
    expect(sheet).to_be_hidden()

    page.get_by_role("link", name="Pastry cook 0").click()
    bar = page.locator(".apply")
    expect(bar.get_by_role("link", name="Apply at jobs.inn.example")).to_be_visible()
    box = bar.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    assert box["y"] + box["height"] == PHONE["height"]
    # At the page's end nothing stays hidden behind the bar.
    page.get_by_role("contentinfo").get_by_role("link").last.click(trial=True)


def sample() -> dict[str, str]:
    """Addresses of one page of each kind, by kind, on a site with the sample."""
    call_command("load_sample", verbosity=0)
    now = timezone.now()
    opened = make.make_posting(
        title=f"{LONG} (all genders)",
        organization=f"{LONG} & Söhne",
        description=f"<p>https://www.{'x' * 60}.example/{'y' * 200}</p>",
        url=f"https://jobs.{'z' * 60}.example/{'y' * 200}",
        first_seen=now,
        published_at=now,
    )
    make.make_posting(organization=opened.hiring_organization)
    organization = opened.hiring_organization
    assert isinstance(organization, Organization)
    closed = make.make_closed_posting(
        title=f"{LONG} (closed)", organization=opened.hiring_organization
    )
    deleted = make.make_posting(title="Deleted", deleted_at=now)
    # Not left to what the import has begun beside: pages would answer meanwhile.
    assert index.rebuild(patience=60).done
    return {
        "list": "/",
        "search": "/?q=e&type=FULL_TIME&place=DE&page=99",
        "nothing found": f"/?q={LONG}&where=Nowhere&type=INTERN",
        "open posting": opened.get_absolute_url(),
        "closed posting": closed.get_absolute_url(),
        "organization": organization.get_absolute_url(),
        "organization searched": (
            f"{organization.get_absolute_url()}?q=genders&type=FULL_TIME&page=99"
        ),
        "organizations": reverse("organization_list"),
        "shortlist": reverse("shortlist"),
        "not found": "/nothing/",
        "removed": deleted.get_absolute_url(),
    }


STATUS = {"not found": 404, "removed": 410}

WITHOUT_CARDS = {
    "nothing found",
    "organizations",
    "shortlist",
    "not found",
    "removed",
}


def test_no_page_asks_another_host_or_breaks_its_policy(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    for kind, address in sample().items():
        response = page.goto(live_server.url + address)
        assert response is not None
        assert response.status == STATUS.get(kind, 200), kind
        has_cards = page.locator(".cards > .card").count() > 0
        assert has_cards == (kind not in WITHOUT_CARDS), kind
        assert watch.complaints() == []


def test_the_watch_notices_what_it_watches_for(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    page.goto(live_server.url)
    page.evaluate(
        """() => new Promise(resolve => {
          document.addEventListener("securitypolicyviolation", resolve);
          const image = new Image();
          image.src = "https://media.example/x.png";
          document.body.append(image);
        })"""
    )
    heard = "\n".join(watch.complaints())
    assert "policy: img-src by https://media.example/x.png" in heard
    assert "console: " in heard
    page.evaluate("fetch('/nothing/')")
    assert "404 for " in "\n".join(watch.complaints())


def test_no_page_is_wider_than_the_screen(page: Page, live_server: LiveServer) -> None:
    addresses = list(sample().values())
    addresses += [
        row.get_absolute_url() for row in JobPosting.objects.visible(timezone.now())
    ]
    too_wide = []
    for address in dict.fromkeys(addresses):
        page.goto(live_server.url + address)
        for width in (320, 390, 768, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            needed = page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                too_wide.append(f"{address}: {needed} of {width}")
    assert too_wide == []


@pytest.mark.browser_context_args(viewport={"width": 1440, "height": 900})
def test_the_first_card_stands_high_on_a_desktop(
    page: Page, live_server: LiveServer
) -> None:
    cooks_and_a_waiter()
    page.goto(f"{live_server.url}/?q=cook&type=FULL_TIME&place=DE")
    expect(page.locator(".chip")).to_have_count(2)
    box = page.locator(".card").first.bounding_box()
    assert box is not None
    assert 354 - 40 <= box["y"] <= 354 + 40


def test_pages_follow_the_colour_scheme(page: Page, live_server: LiveServer) -> None:
    # The root's background is the canvas behind the body, which has none of its own.
    root = page.locator(":root")
    page.emulate_media(color_scheme="light")
    page.goto(live_server.url)
    expect(root).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("body")).to_have_css("background-color", re.compile(r", 0\)$"))
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_css("background-color", "rgb(13, 17, 16)")
