"""Editors with a browser: the admin's scripts run under the site's policy."""

from __future__ import annotations

import re
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories as make
from tests.browser.conftest import Watch


def test_an_edit_made_with_the_admins_scripts_is_on_the_public_page(
    page: Page, live_server: LiveServer, watch: Watch, admin_user: AbstractBaseUser
) -> None:
    posting = make.make_posting(title="Cook", organization="Inn")
    make.make_organization("Harbour Hotel")
    tomorrow = timezone.localdate() + timedelta(days=1)

    page.goto(live_server.url + reverse("admin:postings_jobposting_changelist"))
    page.get_by_label("Username").fill(admin_user.get_username())
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_title(re.compile("^Select job posting"))
    assert watch.complaints() == []

    page.get_by_role("link", name="Add job posting").first.click()
    expect(page).to_have_title(re.compile("^Add job posting"))
    assert watch.complaints() == []
    page.go_back()

    page.get_by_role("link", name="Cook", exact=True).click()
    page.get_by_role("textbox", name="Title:").fill("Head cook")

    page.locator(".field-hiring_organization .select2-selection").click()
    page.locator(".select2-search__field").fill("harbour")
    page.get_by_role("option", name="Harbour Hotel").click()

    closing = page.locator(".fieldBox.field-valid_through")
    closing.locator(".date-icon").click()
    page.get_by_role("link", name="Tomorrow").locator("visible=true").click()
    expect(closing.locator(".vDateField")).to_have_value(tomorrow.isoformat())
    closing.locator(".clock-icon").click()
    page.get_by_role("link", name="Noon").locator("visible=true").click()
    expect(closing.locator(".vTimeField")).to_have_value("12:00:00")

    page.get_by_role("button", name="Add another Place").click()
    place = page.locator("#job_location-1")
    place.get_by_label("Town:").fill("Heiligendamm")

    assert watch.complaints() == []
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".messagelist .success")).to_contain_text("Head cook")
    assert watch.complaints() == []

    posting.refresh_from_db()
    page.goto(live_server.url + posting.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("Head cook")
    expect(page.locator(".employer-line")).to_contain_text("Harbour Hotel")
    expect(page.locator(".state")).to_contain_text("12:00")
    expect(page.locator(".facts")).to_contain_text("Heiligendamm")
    assert watch.complaints() == []
