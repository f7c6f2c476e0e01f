"""The list with its script: results change in place, as the address says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from postings.schemaorg import Place
from tests import factories as make
from tests.browser.conftest import Watch
from tests.browser.test_visit import PHONE, cooks_and_a_waiter, heading

WIDE = {"width": 1440, "height": 900}

wide = pytest.mark.browser_context_args(viewport=WIDE)


def mark(page: Page) -> Callable[[], bool]:
    """Whether the document is still the one it was when this was called."""
    page.evaluate("window.marked = true")
    return lambda: bool(page.evaluate("window.marked === true"))


def option(page: Page, name: str) -> Locator:
    return page.locator("#filters").get_by_role("checkbox", name=name)


@wide
def test_a_ticked_filter_changes_the_results_in_place_and_back_returns(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    cooks_and_a_waiter()
    page.goto(live_server.url)
    is_same = mark(page)
    expect(page.get_by_role("button", name="Show results")).to_be_hidden()
    page.get_by_label("What").fill("cook")
    page.get_by_role("button", name="Search").click()
    expect(heading(page)).to_have_text("23 open jobs for cook")
    expect(page).to_have_url(f"{live_server.url}/?q=cook")

    option(page, "Part-time").focus()
    page.keyboard.press("Space")
    expect(heading(page)).to_have_text("2 open jobs for cook")
    expect(page).to_have_url(f"{live_server.url}/?q=cook&type=PART_TIME")
    expect(page.get_by_role("status")).to_have_text("2 open jobs for cook")
    expect(option(page, "Part-time")).to_be_focused()
    expect(option(page, "Part-time")).to_be_checked()
    expect(page.locator(".card")).to_have_count(2)
    expect(page).to_have_title("2 open jobs for cook · Open Postings")
    next_page = page.locator('#keep [name="next"]')
    expect(next_page).to_have_value("/?q=cook&type=PART_TIME")

    page.go_back()
    expect(heading(page)).to_have_text("23 open jobs for cook")
    expect(option(page, "Part-time")).not_to_be_checked()
    page.go_back()
    expect(heading(page)).to_have_text("24 open jobs")
    expect(page.get_by_label("What")).to_have_value("")
    page.go_forward()
    page.go_forward()
    expect(heading(page)).to_have_text("2 open jobs for cook")
    expect(page.get_by_label("What")).to_have_value("cook")
    expect(option(page, "Part-time")).to_be_checked()
    assert is_same()
    assert watch.complaints() == []


@wide
def test_pages_orders_and_chips_change_the_results_in_place(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    cooks_and_a_waiter()
    page.goto(f"{live_server.url}/?type=FULL_TIME")
    is_same = mark(page)
    page.locator("summary", has_text="Date posted").click()
    page.get_by_role("link", name="Next page").scroll_into_view_if_needed()
    height = page.evaluate("scrollY")
    assert height > 0
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".card")).to_have_count(2)
    expect(page).to_have_url(f"{live_server.url}/?type=FULL_TIME&page=2")
    expect(page.locator("#results")).to_be_focused()
    page.go_back()
    expect(page.locator(".card")).to_have_count(20)
    page.wait_for_function("height => scrollY === height", arg=height)

    page.get_by_role("link", name="Closing soon").click()
    expect(page).to_have_url(f"{live_server.url}/?type=FULL_TIME&sort=closing")
    expect(page.get_by_role("link", name="Closing soon")).to_be_focused()
    # What a visitor opened stays open, and the order stays with the next filter.
    expect(page.locator("#facet-posted")).to_have_attribute("open", "")
    option(page, "Include closed jobs").check()
    expect(page).to_have_url(f"{live_server.url}/?type=FULL_TIME&closed=1&sort=closing")
    page.get_by_role("link", name="Full-time remove").click()
    expect(page).to_have_url(f"{live_server.url}/?closed=1&sort=closing")
    expect(option(page, "Full-time")).not_to_be_checked()
    assert is_same()
    assert watch.complaints() == []


@wide
def test_a_distance_is_offered_where_one_can_be_measured(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    cooks_and_a_waiter()
    page.goto(f"{live_server.url}/?where=Germany")
    is_same = mark(page)
    distance, where = page.get_by_label("Within"), page.get_by_label("Where")
    for place, chosen in (("Berlin", "25 km"), ("Germany", "Only there")):
        where.fill(place)
        page.locator("#search").get_by_role("button").click()
        expect(page).to_have_url(f"{live_server.url}/?where={place}")
        expect(distance.locator("option:checked")).to_have_text(chosen)
    assert is_same()
    assert watch.complaints() == []


@wide
def test_a_visitor_returns_from_a_posting_to_the_results_that_were_left(
    page: Page, live_server: LiveServer
) -> None:
    cooks_and_a_waiter()
    page.goto(live_server.url)
    option(page, "Part-time").check()
    expect(heading(page)).to_have_text("2 open jobs")
    page.get_by_role("link", name="Pastry cook 1").click()
    expect(heading(page)).to_have_text("Pastry cook 1")
    page.go_back()
    expect(heading(page)).to_have_text("2 open jobs")
    expect(option(page, "Part-time")).to_be_checked()
    page.go_back()
    expect(heading(page)).to_have_text("24 open jobs")
    expect(option(page, "Part-time")).not_to_be_checked()


@wide
def test_what_cannot_be_fetched_is_loaded_by_the_browser(
    page: Page, live_server: LiveServer
) -> None:
    cooks_and_a_waiter()

    def refuse(route: Route) -> None:
        if route.request.resource_type == "fetch":
            route.abort()
        else:
            route.continue_()

    page.goto(live_server.url)
    is_same = mark(page)
    page.route("**/*", refuse)
    option(page, "Part-time").check()
    expect(heading(page)).to_have_text("2 open jobs")
    expect(page).to_have_url(f"{live_server.url}/?type=PART_TIME")
    assert not is_same()


@wide
def test_with_the_script_blocked_the_button_shows_the_results(
    page: Page, live_server: LiveServer
) -> None:
    cooks_and_a_waiter()
    page.route("**/js/*", lambda route: route.abort())
    page.goto(live_server.url)
    option(page, "Part-time").check()
    page.get_by_role("button", name="Show results").click()
    expect(heading(page)).to_have_text("2 open jobs")
    expect(page).to_have_url(f"{live_server.url}/?type=PART_TIME")
    page.get_by_role("link", name="Part-time remove").click()
    expect(heading(page)).to_have_text("24 open jobs")


@pytest.mark.browser_context_args(viewport=PHONE)
def test_on_a_phone_several_filters_are_chosen_before_the_results_change(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    cooks_and_a_waiter()
    sheet = page.locator("#filters")
    page.goto(live_server.url)
    is_same = mark(page)
    page.locator(".bar").get_by_role("button", name="Filters").click()
    option(page, "Part-time").check()
    option(page, "On site").check()
    expect(heading(page)).to_have_text("24 open jobs")
    sheet.get_by_role("button", name="Show results").click()
    expect(heading(page)).to_have_text("2 open jobs")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("2 open jobs")
    expect(page.locator("#results")).to_be_focused()

    page.locator(".sorts summary").click()
    page.get_by_role("link", name="Closing soon").click()
    expect(page.locator(".sorts summary")).to_contain_text("Closing soon")
    expect(page.get_by_role("link", name="Newest")).to_be_hidden()
    assert is_same()
    assert watch.complaints() == []


# --- An organization's own page --------------------------------------------------------


def inn() -> str:
    """The address of the page of the organization of `cooks_and_a_waiter`."""
    cooks_and_a_waiter()
    organization = make.make_posting(title="Baker").hiring_organization
    assert organization is not None
    make.make_posting(title="Cook of the bank", organization="Bank")
    return organization.get_absolute_url()


def found(page: Page) -> Locator:
    return page.locator(".sentence")


@wide
def test_an_organization_s_jobs_change_in_place_at_its_own_address(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    path = inn()
    address = live_server.url + path
    page.goto(address)
    is_same = mark(page)
    expect(found(page)).to_have_text("25 open jobs")
    expect(page.get_by_role("button", name="Show results")).to_be_hidden()
    page.get_by_label("What").fill("cook")
    page.get_by_role("button", name="Search").click()
    expect(found(page)).to_have_text("23 open jobs for cook")
    expect(page).to_have_url(f"{address}?q=cook")
    expect(heading(page)).to_have_text("Fern & Co-operative")

    option(page, "Part-time").focus()
    page.keyboard.press("Space")
    expect(found(page)).to_have_text("2 open jobs for cook")
    expect(page).to_have_url(f"{address}?q=cook&type=PART_TIME")
    expect(page.get_by_role("status")).to_have_text("2 open jobs for cook")
    expect(option(page, "Part-time")).to_be_focused()
    page.get_by_role("link", name="Closing soon").click()
    expect(page).to_have_url(f"{address}?q=cook&type=PART_TIME&sort=closing")
    page.get_by_role("link", name="Part-time remove").click()
    expect(page).to_have_url(f"{address}?q=cook&sort=closing")
    page.get_by_role("link", name="Next page").click()
    expect(page).to_have_url(f"{address}?q=cook&sort=closing&page=2")
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator('#keep [name="next"]')).to_have_value(
        f"{path}?q=cook&sort=closing&page=2"
    )

    for _each in range(4):
        page.go_back()
    expect(found(page)).to_have_text("23 open jobs for cook")
    expect(page).to_have_url(f"{address}?q=cook")
    expect(option(page, "Part-time")).not_to_be_checked()
    assert is_same()
    assert watch.complaints() == []


@pytest.mark.browser_context_args(viewport=WIDE, java_script_enabled=False)
def test_an_organization_s_jobs_are_found_without_scripts(
    page: Page, live_server: LiveServer
) -> None:
    address = live_server.url + inn()
    page.goto(address)
    page.get_by_label("What").fill("cook")
    page.get_by_role("button", name="Search").click()
    expect(found(page)).to_have_text("23 open jobs for cook")
    expect(page).to_have_url(f"{address}?q=cook")
    option(page, "Part-time").check()
    page.get_by_role("button", name="Show results").click()
    expect(found(page)).to_have_text("2 open jobs for cook")
    expect(page).to_have_url(f"{address}?q=cook&type=PART_TIME")
    page.get_by_role("link", name="Part-time remove").click()
    expect(page).to_have_url(f"{address}?q=cook")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".card")).to_have_count(3)


@pytest.mark.browser_context_args(viewport=PHONE)
def test_on_a_phone_an_organization_s_filters_open_over_its_jobs(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    address = live_server.url + inn()
    sheet = page.locator("#filters")
    page.goto(address)
    expect(sheet).to_be_hidden()
    page.locator(".bar").get_by_role("button", name="Filters").click()
    option(page, "Part-time").check()
    sheet.get_by_role("button", name="Show results").click()
    expect(found(page)).to_have_text("2 open jobs")
    expect(page).to_have_url(f"{address}?type=PART_TIME")
    expect(sheet).to_be_hidden()
    expect(page.locator("#results")).to_be_focused()
    assert watch.complaints() == []


@wide
def test_what_is_typed_is_completed_from_an_organization_s_own_jobs(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    make.make_posting(title="Pastry cook of the bank", organization="Bank")
    page.goto(live_server.url + inn())
    page.get_by_label("What").press_sequentially("past")
    offered = page.locator("#known-what option")
    expect(offered).to_have_text(["Pastry cook 0", "Pastry cook 1"])
    assert watch.complaints() == []


# --- The fields of the search ----------------------------------------------------------


@wide
def test_what_is_typed_is_completed_from_what_is_open(
    page: Page, live_server: LiveServer, watch: Watch
) -> None:
    cooks_and_a_waiter()
    freiburg = Place(address_locality="Freiburg", address_country="DE")
    make.make_posting(title="Baker", places=[freiburg])
    page.goto(live_server.url)
    page.get_by_label("What").press_sequentially("past")
    offered = page.locator("#known-what option")
    expect(offered).to_have_text(["Pastry cook 0", "Pastry cook 1"])
    page.get_by_label("Where").press_sequentially("frei")
    expect(page.locator("#known-where option")).to_have_text(["Freiburg, Germany"])
    assert watch.complaints() == []


@wide
def test_a_keyboard_leads_from_the_list_to_an_application_and_back(
    page: Page, live_server: LiveServer
) -> None:
    make.make_posting(title="Waiter")
    make.make_posting(title="Cook", url="https://jobs.inn.example/cook")

    def tab_to(wanted: Locator) -> None:
        for _each in range(40):
            page.keyboard.press("Tab")
            if wanted.evaluate("wanted => wanted === document.activeElement"):
                return
        expect(wanted).to_be_focused()

    page.goto(live_server.url)
    tab_to(page.get_by_label("What"))
    page.keyboard.type("cook")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("1 open job for cook")
    page.reload()
    tab_to(page.get_by_role("link", name="Skip to the results"))
    page.keyboard.press("Enter")
    tab_to(page.get_by_role("link", name="Cook", exact=True))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Cook")
    tab_to(page.get_by_role("link", name="Apply at jobs.inn.example"))
    page.go_back()  # browsers without a window have no key for it
    expect(heading(page)).to_have_text("1 open job for cook")
