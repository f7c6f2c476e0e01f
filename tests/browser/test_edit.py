"""Editors with a browser: the admin's scripts run under the site's policy."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from postings.ingest import persist
from postings.models import ImportRecord, JobPosting
from tests import factories as make
from tests.browser.conftest import Watch
from tests.ingest.support import node, run_import


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


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_a_conflict_is_resolved_and_a_rejected_record_mended(
    page: Page, live_server: LiveServer, admin_user: AbstractBaseUser
) -> None:
    run_import(node(title="Cook", workHours="40"))
    row = JobPosting.objects.get()
    row.title, row.work_hours = "Head cook", "30"
    persist.save_edit(row, changed=("title", "work_hours"), now=timezone.now())
    broken = '{"@type": "JobPosting", "title": "Waiter" "identifier": "w-1"}'
    run_import(node(title="Cook (m/f/d)", workHours="38"), broken)
    record = ImportRecord.objects.get(outcome="rejected")

    page.goto(
        live_server.url
        + reverse("admin:postings_importconflict_changelist")
        + "?property=title"
    )
    page.get_by_label("Username").fill(admin_user.get_username())
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="title", exact=True).first.click()
    page.get_by_role("button", name="Take the feed's").click()
    expect(page.locator(".messagelist .success")).to_contain_text("title was taken")

    page.goto(
        live_server.url + reverse("admin:postings_jobposting_change", args=(row.pk,))
    )
    expect(page.get_by_role("textbox", name="Title:")).to_have_value("Cook (m/f/d)")
    page.get_by_role("button", name="Keep the editor's workHours").click()
    expect(page.locator(".messagelist .success")).to_contain_text("workHours stays")

    page.goto(
        live_server.url
        + reverse("admin:postings_importrecord_change", args=(record.pk,))
    )
    expect(page.locator(".listing mark")).to_have_text('"')
    page.get_by_label("Text of the record").fill(broken.replace('r" ', 'r", '))
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Waiter: created")
