"""Visitors who keep postings and print them, with scripts off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from postings import schemaorg
from postings.models import JobPosting
from tests import factories as make

WIDTHS = (320, 390, 768, 1440)


def places(count: int) -> list[schemaorg.Place]:
    return [
        schemaorg.Place(address_locality=f"Town {number}", address_country="DE")
        for number in range(count)
    ]


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_postings_are_kept_seen_and_removed_without_scripts(
    page: Page, live_server: LiveServer
) -> None:
    rows = [make.make_posting(title=f"Cook {number}") for number in range(12)]
    cook = rows[3]
    card = page.locator(".card", has_text="Cook 3")

    page.goto(f"{live_server.url}/?q=cook")
    card.get_by_role("button", name="Keep Cook 3").click()
    expect(page).to_have_url(f"{live_server.url}/?q=cook#kept-{cook.pk}")
    expect(card).to_be_in_viewport()
    expect(card.get_by_role("button")).to_be_hidden()
    expect(card.get_by_role("link", name="Kept on the shortlist")).to_be_visible()
    expect(page.locator(".keep a:visible")).to_have_count(1)

    page.get_by_role("link", name="Cook 7").click()
    page.get_by_role("button", name="Keep Cook 7").click()
    expect(page).to_have_url(
        f"{live_server.url}{rows[7].get_absolute_url()}#kept-{rows[7].pk}"
    )
    page.get_by_role("link", name="Kept on the shortlist").click()
    titles = page.locator(".card h3")
    expect(titles).to_have_text(["Cook 7", "Cook 3"])

    JobPosting.objects.filter(pk=cook.pk).update(
        valid_through=make.NOW, valid_through_zone="Europe/Berlin"
    )
    JobPosting.objects.filter(pk=rows[7].pk).update(hidden=True)
    page.reload()
    expect(titles).to_have_text(["A posting that is no longer here", "Cook 3"])
    expect(page.locator(".notice")).to_contain_text("1 posting has closed")
    expect(page.locator(".notice")).to_contain_text("1 posting is no longer here")
    expect(card).to_contain_text("Closed 2 June 2025")

    page.get_by_role("button", name="Remove", exact=True).click()
    expect(titles).to_have_text(["Cook 3"])
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing is kept yet")
    assert page.context.cookies() == []


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_form_of_another_site_keeps_nothing(
    page: Page, live_server: LiveServer
) -> None:
    posting = make.make_posting()
    page.route(
        "http://elsewhere.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{live_server.url}/shortlist/">'
            f'<button name="keep" value="{posting.pk}">Win</button></form>',
        ),
    )
    page.goto("http://elsewhere.example/")
    with page.expect_response("**/shortlist/") as answer:
        page.get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    assert page.context.cookies() == []


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_keeping_is_a_target_of_its_own_on_every_screen(
    page: Page, live_server: LiveServer
) -> None:
    make.make_posting(
        title="Cook",
        base_salary_min_value=72000,
        base_salary_max_value=188000,
        base_salary_currency="EUR",
        base_salary_unit_text="YEAR",
        employment_type=["FULL_TIME", "PART_TIME", "TEMPORARY"],
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url)
        button = page.get_by_role("button", name="Keep Cook")
        button.click(trial=True)  # nothing lies over it
        box = button.bounding_box()
        assert box is not None
        assert box["width"] >= 24
        assert box["height"] >= 24
        button.click()
        page.get_by_role("link", name="Kept on the shortlist").click()
        expect(page.locator(".card h3")).to_have_text(["Cook"])
        page.get_by_role("button", name="Remove Cook").click()


def test_the_shortlist_and_the_style_page_fit_every_screen(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    row = make.make_posting(title="Donaudampfschifffahrtselektrizitäten" * 3)
    gone = make.make_posting(title="Gone")
    for each in (row, gone):
        page.goto(live_server.url + each.get_absolute_url())
        page.get_by_role("button", name="Keep").first.click()
    JobPosting.objects.filter(pk=gone.pk).update(hidden=True)
    settings.DEBUG = True
    too_wide = []
    for address in ("/shortlist/", "/styleguide/"):
        response = page.goto(live_server.url + address)
        assert response is not None
        assert response.status == 200
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            needed = page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                too_wide.append(f"{address}: {needed} of {width}")
    assert too_wide == []


@pytest.mark.parametrize("width", [500, 794])
@pytest.mark.browser_context_args(java_script_enabled=False, color_scheme="dark")
def test_a_posting_prints_as_ink_on_white_with_everything_unfolded(
    page: Page, live_server: LiveServer, width: int
) -> None:
    posting = make.make_posting(
        title="Cook",
        url="https://careers.example/1",
        places=places(9),
        skills=["Soup"],
        work_hours="38",
        months_of_experience=24,
        total_job_openings=2,
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + posting.get_absolute_url())
    place = page.locator(".fact li", has_text="Town 8")
    expect(place).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(":root")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(17, 24, 22)")
    expect(place).to_be_visible()
    expect(page.locator(".fact", has_text="Openings")).to_be_visible()
    expect(page.locator("summary:visible")).to_have_count(0)
    expect(
        page.locator("nav:visible, .colophon:visible, button:visible")
    ).to_have_count(0)
    expect(page.locator(".address")).to_be_visible()
    expect(page.locator(".address")).to_have_text(
        f"http://127.0.0.1:8000{posting.get_absolute_url()}"
    )


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_shortlist_prints_with_the_address_of_each_posting(
    page: Page, live_server: LiveServer
) -> None:
    posting = make.make_posting(title="Cook")
    page.goto(live_server.url + posting.get_absolute_url())
    page.get_by_role("button", name="Keep").first.click()
    page.goto(f"{live_server.url}/shortlist/")
    address = page.locator(".card .address")
    expect(address).to_be_hidden()
    page.emulate_media(media="print")
    expect(address).to_be_visible()
    expect(address).to_have_text(f"http://127.0.0.1:8000{posting.get_absolute_url()}")
    expect(page.locator("button:visible, nav:visible")).to_have_count(0)
