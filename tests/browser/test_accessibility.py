"""axe-core finds nothing on any kind of page, light or dark, wide or narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.test_visit import PHONE, sample

#: WCAG 2.2 AA with all before it, and what axe holds for good practice.
RULES = {
    "runOnly": [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
    ],
    "resultTypes": ["violations"],
}  # fmt: skip

KINDS = (
    "list", "search", "nothing found", "open posting", "closed posting",
    "organization", "organization searched", "organizations", "not found", "removed",
    "shortlist",
)  # fmt: skip


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for rule in found
        for node in rule["nodes"]
    ]


def test_no_page_has_a_barrier_axe_knows(page: Page, live_server: LiveServer) -> None:
    addresses = sample() | {"shortlist": reverse("shortlist")}
    assert set(KINDS) == set(addresses)
    heard = []
    for kind, address in addresses.items():
        for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if (width, scheme) == (1440, "light"):
                page.goto(live_server.url + address)
            heard += [f"{kind}, {width}, {scheme}: {v}" for v in violations(page)]
    assert heard == []


@pytest.mark.browser_context_args(viewport=PHONE)
def test_the_open_sheet_of_filters_has_no_barrier_axe_knows(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}{sample()['search']}")
    page.locator(".bar").get_by_role("button", name="Filters").click()
    expect(page.locator("#filters")).to_be_visible()
    assert violations(page) == []


def test_axe_finds_a_barrier_where_there_is_one(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(live_server.url)
    page.evaluate(
        "document.querySelector('h1').innerHTML = '<img src=/static/img/favicon.svg>'"
    )
    assert any(each.startswith("image-alt: ") for each in violations(page))
