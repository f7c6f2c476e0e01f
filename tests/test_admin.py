"""Editors at work in the admin: every write is marked and kept."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from postings.models import (
    JobLocation,
    JobPosting,
    Organization,
    Source,
    State,
)
from tests.editing import change_address, edit, form_data
from tests.ingest.support import node, run_import

pytestmark = pytest.mark.django_db

RICH = node(
    url="https://jobs.example/1",
    description="<p>Bread.</p>",
    skills=["Kneading", "Patience"],
    employmentType="FULL_TIME",
    baseSalary={"currency": "EUR", "value": {"value": 20, "unitText": "HOUR"}},
    validThrough="2099-01-01",
    jobLocation=[{"address": "Ulm"}, {"address": {"addressCountry": "DE"}}],
    applicantLocationRequirements={"@type": "Country", "name": "DE"},
)


@pytest.fixture
def posting() -> JobPosting:
    run_import(RICH)
    return JobPosting.objects.get()


def test_saving_an_untouched_form_changes_and_marks_nothing(
    admin_client: Client, posting: JobPosting
) -> None:
    after = edit(admin_client, posting)
    assert after.edited_fields == []
    ignored = {"_state", "revision"}
    before_values = {k: v for k, v in vars(posting).items() if k not in ignored}
    assert {k: v for k, v in vars(after).items() if k in before_values} == before_values
    assert run_import(RICH)[1][0].outcome == "unchanged"


# What an editor types, the property it marks, and what the row then holds.
EDITS: list[tuple[dict[str, Any], str, str, Any]] = [
    ({"title": "Master baker"}, "title", "title", "Master baker"),
    ({"skills": "Kneading\n\nSleep"}, "skills", "skills", ["Kneading", "Sleep"]),
    (
        {"employment_type": ["PART_TIME", "INTERN"]},
        "employmentType",
        "employment_type",
        ["PART_TIME", "INTERN"],
    ),
    (
        {"base_salary_max_value": "25"},
        "baseSalary",
        "base_salary_yearly_max_value",
        52_000,
    ),
    ({"in_language": "de"}, "inLanguage", "in_language_source", "editor"),
    ({"direct_apply": "true"}, "directApply", "direct_apply", True),
    (
        {"valid_through_0": "2098-05-05", "valid_through_1": "10:00:00"},
        "validThrough",
        "valid_through_zone_source",
        "editor",
    ),
    ({"url": "https://jobs.example/2"}, "url", "url", "https://jobs.example/2"),
]


@pytest.mark.parametrize(("changes", "name", "column", "value"), EDITS)
def test_an_edit_is_stored_marked_and_kept_by_the_next_import(
    admin_client: Client,
    posting: JobPosting,
    changes: dict[str, Any],
    name: str,
    column: str,
    value: Any,
) -> None:
    after = edit(admin_client, posting, **changes)
    assert getattr(after, column) == value
    assert after.edited_fields == [name]
    assert after.revision > posting.revision
    run_import(RICH | {"name": "A new name", "workHours": "38"})
    again = JobPosting.objects.get()
    assert getattr(again, column) == value
    assert again.work_hours == "38"


def test_a_date_an_editor_cleared_stays_cleared_and_a_later_import_finds_it_so(
    admin_client: Client, posting: JobPosting
) -> None:
    after = edit(admin_client, posting, valid_through_0="", valid_through_1="")
    assert (after.valid_through, after.valid_through_zone) == (None, "")
    assert after.edited_fields == ["validThrough"]
    assert run_import(RICH | {"x-internal": 1})[1][0].outcome == "unchanged"
    assert JobPosting.objects.get().valid_through is None


def test_a_long_text_is_sanitised_but_not_tidied_and_kept(
    admin_client: Client, posting: JobPosting
) -> None:
    typed = "<p><b>Bread</b></p><script>alert(1)</script><p onclick=x>- one</p>"
    after = edit(admin_client, posting, description=typed)
    assert after.texts.description == "<p><strong>Bread</strong></p><p>- one</p>"
    assert after.edited_fields == ["description"]
    assert after.excerpt == "Bread - one"
    run_import(RICH | {"description": "<p>Cake.</p>"})
    assert JobPosting.objects.get().texts.description == after.texts.description


def test_places_are_edited_in_the_form_and_kept(
    admin_client: Client, posting: JobPosting
) -> None:
    after = edit(
        admin_client,
        posting,
        **{
            "job_location-0-address": "Bonn",
            "job_location-1-DELETE": "on",
            "job_location-TOTAL_FORMS": "3",
            "job_location-2-address_locality": "Jena",
            "job_location-2-posting": posting.pk,
        },
    )
    assert [str(place) for place in after.job_location.all()] == ["Bonn", "Jena"]
    assert (after.places_label, after.places_count) == ("Bonn", 2)
    assert after.edited_fields == ["jobLocation"]
    run_import(RICH | {"jobLocation": "Kiel"})
    assert [str(p) for p in JobPosting.objects.get().job_location.all()] == [
        "Bonn",
        "Jena",
    ]


def test_a_posting_of_251_places_can_be_saved_and_its_places_edited_apart(
    admin_client: Client,
) -> None:
    run_import(RICH | {"jobLocation": [f"Town {n}" for n in range(251)]})
    row = JobPosting.objects.get()
    page = admin_client.get(change_address(row))
    assert "Edit 251 in a list of their own" in page.text
    after = edit(admin_client, row, title="Travelling baker")
    assert after.title == "Travelling baker"
    assert after.job_location.count() == 251
    listed = admin_client.get(
        reverse("admin:postings_joblocation_changelist"),
        {"posting__id__exact": row.pk},
    )
    assert "251 places" in listed.text
    place = JobLocation.objects.get(address="Town 7")
    edit(admin_client, place, address="Town seven")
    row.refresh_from_db()
    assert row.edited_fields == ["jobLocation", "title"]


def test_an_editor_can_add_a_posting(admin_client: Client, posting: JobPosting) -> None:
    address = reverse("admin:postings_jobposting_add")
    data: dict[str, Any] = form_data(admin_client, address)
    data |= {
        "title": "Editor's choice",
        "description": "<p>Ours.</p>",
        "hiring_organization": posting.hiring_organization_id,
        "job_location-TOTAL_FORMS": "1",
        "job_location-0-address_locality": "Bern",
        "job_location-0-address_country": "CH",
    }
    response = admin_client.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    row = JobPosting.objects.get(title="Editor's choice")
    assert row.source.slug == Source.EDITOR
    assert row.state(timezone.now()) is State.OPEN
    assert row.texts.description == "<p>Ours.</p>"
    assert (row.places_label, row.places_country) == ("Bern", "CH")
    assert admin_client.get(row.get_absolute_url()).status_code == 200


def test_deleting_answers_410_and_can_be_taken_back(
    admin_client: Client, posting: JobPosting
) -> None:
    edit(admin_client, posting, deleted="on")
    assert admin_client.get(posting.get_absolute_url()).status_code == 410
    assert JobPosting.objects.get().edited_fields == []
    address = change_address(posting)
    data = form_data(admin_client, address)
    del data["deleted"]
    assert admin_client.post(address, data).status_code == 302
    assert admin_client.get(posting.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("action", "status"),
    [("hide", 404), ("delete_postings", 410)],
)
def test_actions_on_the_list_take_postings_off_the_site_and_bring_them_back(
    admin_client: Client, posting: JobPosting, action: str, status: int
) -> None:
    back = {"hide": "show", "delete_postings": "undelete_postings"}[action]
    for name, expected in ((action, status), (back, 200)):
        response = admin_client.post(
            reverse("admin:postings_jobposting_changelist"),
            {"action": name, "_selected_action": [posting.pk]},
        )
        said = [str(message) for message in get_messages(response.wsgi_request)]
        assert said[-1] == "1 posting changed."
        assert admin_client.get(posting.get_absolute_url()).status_code == expected
        revision = JobPosting.objects.get().revision
        assert revision > posting.revision
        posting.revision = revision


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_salary_min_value": "30", "base_salary_max_value": "20"}, "__all__"),
        ({"base_salary_currency": "EURO"}, "base_salary_currency"),
        ({"base_salary_currency": "XQX"}, "base_salary_currency"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": ""}, "title"),
        ({"total_job_openings": "0"}, "total_job_openings"),
        ({"title": "\u200b"}, "title"),
        ({"same_as": "javascript:alert(1)"}, "same_as"),
        ({"image": "https://"}, "image"),
        ({"valid_through_0": "9999-12-31"}, "valid_through"),
        ({"published_at_0": "0001-01-01"}, "published_at"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence(
    admin_client: Client, posting: JobPosting, changes: dict[str, Any], field: str
) -> None:
    address = change_address(posting)
    response = admin_client.post(address, form_data(admin_client, address) | changes)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert JobPosting.objects.get().revision == posting.revision


def test_a_renamed_employer_stays_one_row_for_its_feed(
    admin_client: Client, posting: JobPosting
) -> None:
    organization = Organization.objects.get()
    renamed = edit(admin_client, organization, name="The Bakery")
    assert renamed.edited_fields == ["name"]
    assert JobPosting.objects.get().revision > posting.revision
    run_import(RICH | {"title": "Cook"}, node(identifier="b-9", title="Chef"))
    assert Organization.objects.get().name == "The Bakery"
    assert JobPosting.objects.filter(hiring_organization=renamed).count() == 2


def test_the_list_finds_filters_and_pages_with_few_queries(
    admin_client: Client, posting: JobPosting, django_assert_max_num_queries: Any
) -> None:
    run_import(*(node(identifier=str(n), title=f"Cook {n}") for n in range(30)))
    address = reverse("admin:postings_jobposting_changelist")
    with django_assert_max_num_queries(14):
        page = admin_client.get(address)
    assert "31 job postings" in page.text
    for parameters, expected in [
        ({"q": "Cook 7"}, 1),
        ({"q": "coo"}, 30),
        ({"q": "crumb"}, 31),
        ({"state": "open"}, 31),
        ({"state": "deleted"}, 0),
        ({"edited": "yes"}, 0),
        ({"edited": "no"}, 31),
        ({"source__id__exact": str(posting.source_id)}, 31),
    ]:
        found = admin_client.get(address, parameters).context["cl"]
        assert found.result_count == expected, parameters


FORGED = ["x", "-1", "1.5", "\x00", "99999", "9" * 30, "\u0663" * 5]


@pytest.mark.parametrize("forged", FORGED, ids=ascii)
def test_an_organization_that_is_none_is_refused_in_the_form(
    admin_client: Client, posting: JobPosting, forged: str
) -> None:
    address = change_address(posting)
    data = form_data(admin_client, address) | {"hiring_organization": forged}
    page = admin_client.post(address, data)
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == ["hiring_organization"]
    stored = JobPosting.objects.get(pk=posting.pk)
    assert stored.hiring_organization == posting.hiring_organization


@pytest.mark.parametrize("forged", FORGED, ids=ascii)
def test_an_address_that_names_an_organization_that_is_none_opens_the_form(
    admin_client: Client, forged: str
) -> None:
    address = reverse("admin:postings_jobposting_add")
    page = admin_client.get(address, {"hiring_organization": forged})
    assert page.status_code == 200


@pytest.mark.parametrize(
    "name",
    ["jobposting", "organization", "source", "importrun", "importrecord",
     "importconflict", "joblocation", "applicantlocationrequirement"],
)  # fmt: skip
def test_every_list_of_the_admin_answers(
    admin_client: Client, posting: JobPosting, name: str
) -> None:
    address = reverse(f"admin:postings_{name}_changelist")
    assert admin_client.get(address).status_code == 200
    assert admin_client.get(address, {"q": "x"}).status_code in (200, 302)


@pytest.mark.parametrize("forged", [*FORGED, "0"], ids=ascii)
@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("jobposting", "hide"),
        ("importrecord", "retry_selected"),
        ("importconflict", "take_feeds"),
        ("joblocation", "delete_selected"),
    ],
)
def test_a_row_that_is_none_is_not_chosen_from_a_list(
    admin_client: Client, posting: JobPosting, name: str, action: str, forged: str
) -> None:
    address = reverse(f"admin:postings_{name}_changelist")
    data = {"action": action, "_selected_action": [forged]}
    assert admin_client.post(address, data).status_code in (200, 302)
    stored = JobPosting.objects.get(pk=posting.pk)
    assert stored.revision == posting.revision


@pytest.mark.parametrize("forged", [*FORGED, "0"], ids=ascii)
def test_a_year_there_is_not_is_no_error_of_the_lists(
    admin_client: Client, posting: JobPosting, forged: str
) -> None:
    address = reverse("admin:postings_jobposting_changelist")
    response = admin_client.get(address, {"date_posted__year": forged})
    assert response.status_code in (200, 302)


def test_the_preview_shows_the_sanitised_text(
    admin_client: Client, posting: JobPosting
) -> None:
    page = admin_client.get(change_address(posting)).text
    assert '<div class="preview" lang=""><p>Bread.</p></div>' in page


def test_a_text_with_quotes_and_markup_comes_back_from_the_form_as_it_was(
    admin_client: Client, posting: JobPosting
) -> None:
    text = '<p>"Bread" &amp; <a href="https://b.example/?a=1&amp;b=2">more</a></p>'
    run_import(RICH | {"description": text})
    before = JobPosting.objects.get()
    after = edit(admin_client, before, work_hours="38")
    assert after.texts.description == before.texts.description
    assert after.edited_fields == ["workHours"]


def test_organizations_are_chosen_by_searching(
    admin_client: Client, posting: JobPosting
) -> None:
    found = admin_client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "postings",
            "model_name": "jobposting",
            "field_name": "hiring_organization",
            "term": "crumb",
        },
    ).json()
    assert [item["text"] for item in found["results"]] == ["Crumb & Co"]


def test_an_edit_made_while_an_import_ran_does_not_undo_the_import(
    admin_client: Client, posting: JobPosting
) -> None:
    address = change_address(posting)
    data = form_data(admin_client, address)
    run_import(RICH | {"workHours": "38"}, now=timezone.now() + timedelta(minutes=1))
    admin_client.post(address, data | {"title": "Master baker"})
    after = JobPosting.objects.get()
    assert (after.title, after.edited_fields) == ("Master baker", ["title"])
    assert after.work_hours == "38"


def test_a_place_added_or_edited_apart_keeps_its_posting(
    admin_client: Client, posting: JobPosting
) -> None:
    run_import(node(identifier="other", title="Cook"))
    other = JobPosting.objects.get(title="Cook")
    place = posting.job_location.all()[0]
    after = edit(admin_client, place, posting=other.pk, address="Bonn")
    assert (after.posting_id, after.address) == (posting.pk, "Bonn")
    posting.refresh_from_db()
    assert posting.edited_fields == ["jobLocation"]
    deleted = reverse("admin:postings_joblocation_delete", args=(place.pk,))
    assert admin_client.post(deleted, {"post": "yes"}).status_code == 302
    posting.refresh_from_db()
    assert posting.places_count == posting.job_location.count() == 1


def test_only_who_may_change_postings_may_hide_or_delete_them(
    client: Client, posting: JobPosting
) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_jobposting"))
    client.force_login(viewer)
    address = reverse("admin:postings_jobposting_changelist")
    for action in ("hide", "show", "delete_postings", "undelete_postings"):
        client.post(address, {"action": action, "_selected_action": [posting.pk]})
    after = JobPosting.objects.get()
    assert (after.hidden, after.deleted_at) == (False, None)
    assert after.revision == posting.revision


def test_saving_what_nobody_changed_moves_no_revision(
    admin_client: Client, posting: JobPosting
) -> None:
    organization = Organization.objects.get()
    assert edit(admin_client, posting).revision == posting.revision
    assert edit(admin_client, organization).revision == organization.revision


def test_two_editors_and_an_import_do_not_undo_each_other_on_an_organization(
    admin_client: Client, posting: JobPosting
) -> None:
    organization = Organization.objects.get()
    address = change_address(organization)
    opened = form_data(admin_client, address)
    edit(admin_client, organization, name="The Bakery")
    employer = {"name": "Crumb & Co", "telephone": "1"}
    run_import(RICH | {"hiringOrganization": employer})
    admin_client.post(address, opened | {"url": ["https://crumb.example/"]})
    after = Organization.objects.get()
    assert (after.name, after.url) == ("The Bakery", "https://crumb.example/")
    assert after.telephone == "1"
    assert after.edited_fields == ["name", "url"]


def test_an_organizations_text_comes_back_from_the_form_as_it_was(
    admin_client: Client, posting: JobPosting
) -> None:
    text = '<p>"a" &lt;b&gt; c</p>'
    employer = {"name": "Crumb & Co", "description": text}
    run_import(RICH | {"hiringOrganization": employer})
    before = Organization.objects.get()
    after = edit(admin_client, before)
    assert after.description == before.description
    assert "<b>" not in after.description
    assert after.edited_fields == []


def test_an_organization_that_is_there_already_is_not_added_twice(
    admin_client: Client, posting: JobPosting
) -> None:
    address = reverse("admin:postings_organization_add")
    data = form_data(admin_client, address) | {"name": ["CRUMB Co., Inc."]}
    assert "This is Crumb &amp; Co" in admin_client.post(address, data).text
    assert admin_client.post(address, data | {"name": ["Loaf"]}).status_code == 302
    assert Organization.objects.get(name="Loaf").edited_fields == ["name"]


def test_pay_is_written_whole_even_when_an_import_changed_half_of_it(
    admin_client: Client, posting: JobPosting
) -> None:
    def paid(low: int, high: int) -> dict[str, Any]:
        value = {"minValue": low, "maxValue": high, "unitText": "HOUR"}
        return RICH | {"baseSalary": {"currency": "EUR", "value": value}}

    run_import(paid(100, 300))
    address = change_address(posting)
    opened = form_data(admin_client, address)
    run_import(paid(100, 150))
    response = admin_client.post(address, opened | {"base_salary_min_value": ["200"]})
    assert response.status_code == 302
    after = JobPosting.objects.get()
    assert (after.base_salary_min_value, after.base_salary_max_value) == (
        Decimal(200),
        Decimal(300),
    )
    assert after.base_salary_yearly_max_value == 300 * 2080


def test_places_edited_while_an_import_added_many_are_kept(
    admin_client: Client, posting: JobPosting
) -> None:
    address = change_address(posting)
    opened = form_data(admin_client, address)
    run_import(RICH | {"jobLocation": ["Ulm", *(f"Town {n}" for n in range(24))]})
    response = admin_client.post(
        address, opened | {"job_location-0-address": ["Neu-Ulm"], "title": ["Cook"]}
    )
    after = JobPosting.objects.get()
    if response.status_code == 302:
        assert after.edited_fields == ["jobLocation", "title"]
        assert "Neu-Ulm" in [str(place) for place in after.job_location.all()]
    else:  # the second place is gone: the editor is told, and nothing is lost silently
        assert response.context["errors"]
        assert after.edited_fields == []


def test_the_largest_texts_can_be_saved(
    admin_client: Client, posting: JobPosting
) -> None:
    long = "<p>" + "\u3042" * 200_000 + "</p>"
    run_import(RICH | {"description": long, "responsibilities": long})
    address = change_address(posting)
    data = form_data(admin_client, address) | {"work_hours": ["38"]}
    body = urlencode(data, doseq=True)
    assert len(body) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = admin_client.post(
        address, body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 302
    assert JobPosting.objects.get().edited_fields == ["workHours"]


@pytest.mark.parametrize(
    ("typed", "stored"), [("it", "IT"), ("Italien", None), ("zz", None), ("q!", None)]
)
def test_countries_of_places_are_codes_that_filters_find(
    admin_client: Client, posting: JobPosting, typed: str, stored: str | None
) -> None:
    address = change_address(posting)
    data = form_data(admin_client, address)
    response = admin_client.post(
        address, data | {"job_location-0-address_country": [typed]}
    )
    assert (response.status_code == 302) is (stored is not None)
    if stored:
        assert posting.job_location.all()[0].address_country == stored
