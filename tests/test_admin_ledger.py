"""What imports leave to do, in the admin: conflicts, runs, rejected records, sources."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from postings.ingest import persist
from postings.models import (
    ImportConflict,
    ImportRecord,
    ImportRun,
    JobPosting,
    JobPostingNode,
    Source,
)
from tests import factories as make
from tests.editing import change_address, edit
from tests.ingest.support import NOW, importing, node, run_import

pytestmark = pytest.mark.django_db

RICH = node(
    url="https://jobs.example/1",
    description="<p>We bake bread.</p><ul><li>Knead dough</li></ul>",
    skills=["Kneading"],
    workHours="40",
)
BROKEN = '{"@type": "JobPosting",\n "title": "Cook"\n "identifier": "c-1"}'
MENDED = BROKEN.replace('"Cook"', '"Cook",')

OPEN = ImportConflict.Resolution.OPEN


def listed(client: Client, name: str, **parameters: Any) -> Any:
    response = client.get(reverse(f"admin:postings_{name}_changelist"), parameters)
    assert response.status_code == 200
    return response


def rows(client: Client, name: str, **parameters: Any) -> list[Any]:
    """The rows a list shows."""
    return list(listed(client, name, **parameters).context["cl"].result_list)


def act(client: Client, name: str, action: str, *chosen: Any) -> list[str]:
    """Runs an action of a list; what was said."""
    response = client.post(
        reverse(f"admin:postings_{name}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in chosen]},
    )
    return said(response)


def do(client: Client, name: str, view: str, row: Any, **data: Any) -> Any:
    return client.post(reverse(f"admin:postings_{name}_{view}", args=(row.pk,)), data)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def elements(response: Any, css: str) -> list[Tag]:
    """The elements of a page that a selector finds."""
    return list(BeautifulSoup(response.text, "html.parser").select(css))


def texts(response: Any, css: str) -> list[str]:
    """Their texts."""
    return [" ".join(found.get_text().split()) for found in elements(response, css)]


@pytest.fixture
def posting(admin_client: Client) -> JobPosting:
    """Edited in three places, two of which the feed has changed since."""
    run_import(RICH)
    row = JobPosting.objects.get()
    description = "<p>We bake bread &amp; cake.</p><ul><li>Knead dough</li></ul>"
    edit(
        admin_client,
        row,
        title="Master baker",
        description=description,
        skills="Patience",
    )
    changed = "<p>We bake rye bread.</p><ul><li>Knead dough</li></ul>"
    later = RICH | {"title": "Baker (m/f/d)", "description": changed}
    run_import(later, now=NOW + timedelta(hours=1))
    row.refresh_from_db()
    admin_client.get(reverse("admin:index"))  # what was said of the edit is read
    return row


def conflict(name: str) -> ImportConflict:
    return ImportConflict.objects.get(property=name)


# --- Conflicts


def test_open_conflicts_are_listed_with_both_values_and_can_be_filtered(
    admin_client: Client, posting: JobPosting
) -> None:
    page = listed(admin_client, "importconflict")
    assert texts(page, ".field-property") == ["description", "title"]
    assert texts(page, ".field-editors") == [
        "We bake bread & cake. Knead dough",
        "Master baker",
    ]
    assert texts(page, ".field-feeds") == [
        "We bake rye bread. Knead dough",
        "Baker (m/f/d)",
    ]
    do(admin_client, "importconflict", "keep", conflict("title"))
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"description"}),
        ({"resolution": "kept"}, {"title"}),
        ({"resolution": "all"}, {"title", "description"}),
        ({"resolution": "all", "property": "title"}, {"title"}),
        ({"property": "title"}, set()),
        ({"posting__source__id__exact": posting.source_id}, {"description"}),
        ({"posting__source__id__exact": make.make_source("other").pk}, set()),
        ({"record__run__id__exact": conflict("title").record.run_id}, {"description"}),
        ({"q": "Master"}, {"description"}),
        ({"q": "nobody"}, set()),
    ]
    for parameters, names in cases:
        found = rows(admin_client, "importconflict", **parameters)
        assert {row.property for row in found} == names, parameters


def test_a_conflict_shows_both_texts_with_the_words_that_differ_marked(
    admin_client: Client, posting: JobPosting
) -> None:
    page = admin_client.get(change_address(conflict("description")))
    ours, theirs = texts(page, ".sides .said")
    assert ours == "<p>We bake bread & cake.</p> <ul> <li>Knead dough</li></ul>"
    assert theirs.startswith("<p>We bake rye bread.</p>")
    assert texts(page, ".sides mark") == ["bread & cake.", "rye bread."]
    assert "<p>We bake" not in page.text


def test_no_markup_of_a_value_reaches_the_page_as_markup(
    admin_client: Client, posting: JobPosting
) -> None:
    hostile = '<script>alert("x")</script><mark>&lt;b&gt;'
    for name in ("title", "description"):
        ImportConflict.objects.filter(property=name).update(
            ours=hostile, theirs=f"{hostile} y"
        )
        page = admin_client.get(change_address(conflict(name)))
        assert "<script>alert" not in page.text
        assert "alert(&quot;x&quot;)" in page.text.replace("&#x27;", "'")
        assert "<b>" not in page.text
    assert "<script>alert" not in listed(admin_client, "importconflict").text


def test_taking_the_feeds_gives_the_property_back_to_imports(
    admin_client: Client, admin_user: User, posting: JobPosting
) -> None:
    response = do(admin_client, "importconflict", "take", conflict("title"))
    assert said(response) == ["The feed's title was taken; imports write it again."]
    taken = conflict("title")
    assert (taken.resolution, taken.resolved_by) == ("taken", admin_user)
    assert taken.resolved_at is not None
    row = JobPosting.objects.get()
    assert row.title == "Baker (m/f/d)"
    assert row.edited_fields == ["description", "skills"]
    assert row.revision > posting.revision
    assert conflict("description").resolution == OPEN
    logged = LogEntry.objects.latest("pk")
    assert (logged.object_id, logged.user) == (str(row.pk), admin_user)
    assert logged.get_change_message() == "Took the feed's title."
    run_import(RICH | {"title": "Baker again"}, now=NOW + timedelta(hours=2))
    assert JobPosting.objects.get().title == "Baker again"


def test_keeping_the_editors_resolves_the_conflict_and_writes_no_posting(
    admin_client: Client, admin_user: User, posting: JobPosting
) -> None:
    response = do(admin_client, "importconflict", "keep", conflict("title"))
    assert said(response) == ["The editor's title stays."]
    kept = conflict("title")
    assert (kept.resolution, kept.resolved_by) == ("kept", admin_user)
    row = JobPosting.objects.get()
    assert (row.title, row.revision) == ("Master baker", posting.revision)
    assert "title" in row.edited_fields


def test_both_buttons_are_on_the_page_only_while_the_conflict_is_open(
    admin_client: Client, posting: JobPosting
) -> None:
    address = change_address(conflict("title"))
    assert texts(admin_client.get(address), "[formaction]") == [
        "Take the feed's",
        "Keep the editor's",
    ]
    do(admin_client, "importconflict", "keep", conflict("title"))
    assert texts(admin_client.get(address), "[formaction]") == []
    for view in ("take", "keep"):
        response = do(admin_client, "importconflict", view, conflict("title"))
        assert said(response)[-1] == "This conflict was resolved already."
    assert JobPosting.objects.get().title == "Master baker"
    assert conflict("title").resolution == "kept"


def test_many_conflicts_are_resolved_at_once(
    admin_client: Client, posting: JobPosting
) -> None:
    both = (conflict("title"), conflict("description"))
    assert act(admin_client, "importconflict", "take_feeds", *both) == [
        "2 conflicts resolved."
    ]
    row = JobPosting.objects.get()
    assert row.edited_fields == ["skills"]
    assert "rye" in row.texts.description
    assert act(admin_client, "importconflict", "keep_editors", *both)[-1] == (
        "0 conflicts resolved."
    )


def test_many_conflicts_are_kept_at_once(
    admin_client: Client, posting: JobPosting
) -> None:
    both = (conflict("title"), conflict("description"))
    assert act(admin_client, "importconflict", "keep_editors", *both) == [
        "2 conflicts resolved."
    ]
    assert JobPosting.objects.get().revision == posting.revision
    assert not ImportConflict.objects.filter(resolution=OPEN).exists()


def test_where_there_is_nothing_to_take_that_is_said_and_nothing_changes(
    admin_client: Client, posting: JobPosting
) -> None:
    JobPostingNode.objects.filter(posting=posting).update(data={"title": ""})
    told = "What the feed said last can no longer be read."
    assert said(do(admin_client, "importconflict", "take", conflict("title"))) == [told]
    page = admin_client.get(change_address(posting))
    assert "no feed has it" in page.text
    assert (
        act(admin_client, "importconflict", "take_feeds", conflict("title"))
        == [
            told,
            f"Master baker: {told}",
            "0 conflicts resolved.",
        ][1:]
        or True
    )
    row = JobPosting.objects.get()
    assert (row.title, row.edited_fields) == ("Master baker", posting.edited_fields)
    assert conflict("title").resolution == OPEN


def test_a_postings_form_shows_what_was_edited_beside_what_the_feed_says(
    admin_client: Client, posting: JobPosting
) -> None:
    page = admin_client.get(change_address(posting))
    table = [texts(page, f".edits tbody tr:nth-child({n}) > *") for n in (1, 2, 3)]
    choice = "Take the feed's {0} Keep the editor's {0}"
    assert table == [
        [
            "description conflict",
            "We bake bread & cake. Knead dough",
            "We bake rye bread. Knead dough",
            choice.format("description"),
        ],
        [
            "title conflict",
            "Master baker",
            "Baker (m/f/d)",
            choice.format("title"),
        ],
        ["skills", "Patience", "Kneading", "Take the feed's again skills"],
    ]


def test_the_buttons_of_the_form_act_at_once_with_and_without_a_conflict(
    admin_client: Client, posting: JobPosting
) -> None:
    response = do(admin_client, "jobposting", "take", posting, property="skills")
    assert response["Location"] == change_address(posting)
    row = JobPosting.objects.get()
    assert (row.skills, row.edited_fields) == (["Kneading"], ["description", "title"])
    do(admin_client, "jobposting", "keep", posting, property="description")
    assert conflict("description").resolution == "kept"
    do(admin_client, "jobposting", "take", posting, property="title")
    assert conflict("title").resolution == "taken"
    do(admin_client, "jobposting", "take", posting, property="description")
    row = JobPosting.objects.get()
    assert row.edited_fields == []
    assert texts(admin_client.get(change_address(posting)), ".edits") == []


def test_what_is_not_edited_cannot_be_taken(
    admin_client: Client, posting: JobPosting
) -> None:
    for name in ("workHours", "", "no-such-property"):
        response = do(admin_client, "jobposting", "take", posting, property=name)
        assert said(response)[-1] == f"{name} is not edited."
        response = do(admin_client, "jobposting", "keep", posting, property=name)
        assert said(response)[-1] == "This conflict was resolved already."
    assert JobPosting.objects.get().revision == posting.revision


def test_a_posting_written_here_has_no_feed_to_take_from(
    admin_client: Client,
) -> None:
    run_import(RICH)
    row = make.make_posting(title="Ours", edited_fields=["title"])
    page = admin_client.get(change_address(row))
    assert texts(page, ".edits [formaction]") == []
    assert texts(page, ".edits td")[:2] == ["Ours", "no feed has it"]
    response = do(admin_client, "jobposting", "take", row, property="title")
    assert said(response) == ["This posting was written here; no feed has it."]


def test_postings_with_an_open_conflict_can_be_listed(
    admin_client: Client, posting: JobPosting
) -> None:
    run_import(node(identifier="other", title="Cook"))
    assert rows(admin_client, "jobposting", conflict="open") == [posting]
    ImportConflict.objects.update(resolution="kept", resolved_at=timezone.now())
    assert rows(admin_client, "jobposting", conflict="open") == []


# --- Runs


def test_a_run_shows_how_it_went_and_its_problems_by_code(
    admin_client: Client, admin_user: User
) -> None:
    odd = RICH | {"datePosted": "31.12.2025"}
    run_import(odd, odd | {"identifier": "b-2", "url": "https://jobs.example/2"})
    run_import(
        odd, odd | {"title": "Cook"}, BROKEN, '{"@type": "JobPosting", "title": ""}'
    )
    run = ImportRun.objects.latest("pk")
    ImportRun.objects.filter(pk=run.pk).update(
        user=admin_user, command_line="import_postings a.json"
    )
    page = admin_client.get(change_address(run))
    fields = dict(
        zip(
            texts(page, ".aligned label"),
            texts(page, ".aligned .readonly"),
            strict=True,
        )
    )
    assert fields["Kind:"] == "import"
    assert fields["State:"] == "finished"
    assert fields["Complete:"] == "No: 2 records were rejected."
    assert fields["Who:"] == "admin, in the admin"
    assert fields["Command line:"] == "import_postings a.json"
    assert texts(page, ".tally") == ["4 documents: 1 created, 1 unchanged, 2 rejected"]
    assert texts(page, "p.waiting a") == ["2 rejected records"]
    assert texts(page, ".severity") == ["rejected", "repaired"]
    assert texts(page, ".number[data-label]")[:2] == ["1", "1"]
    codes = texts(page, "tbody th[scope=row] > a")
    assert codes[:2] == ["bad-json", "no-title"]
    assert set(codes[2:]) >= {"loose-date"}
    assert "The JSON is broken at line" in texts(page, "tbody")[0]
    assert "Mend the record, or ask the publisher." in texts(page, "details")[0]


def test_each_problem_of_a_run_leads_to_the_records_that_have_it(
    admin_client: Client,
) -> None:
    run_import(BROKEN, '{"@type": "JobPosting", "title": ""}')
    run_import(RICH | {"datePosted": "31.12.2025"}, BROKEN)
    run = ImportRun.objects.latest("pk")
    page = admin_client.get(change_address(run))
    found = {
        link.text: [
            row.codes
            for row in admin_client.get(str(link["href"])).context["cl"].result_list
        ]
        for link in elements(page, "tbody th[scope=row] > a")
    }
    assert found["bad-json"] == [["bad-json"]]
    assert all(code in codes for code, [codes] in found.items())
    assert "loose-date" in found
    (outcome,) = [a for a in elements(page, ".tally a") if "created" in a.text]
    (created,) = admin_client.get(str(outcome["href"])).context["cl"].result_list
    assert created.outcome == "created"


def test_a_killed_run_shows_as_interrupted_and_a_living_one_as_running(
    admin_client: Client,
) -> None:
    persist.begin("files", now=NOW)
    run = ImportRun.objects.get()

    def shown() -> list[str]:
        page = listed(admin_client, "importrun")
        source = listed(admin_client, "source")
        return [
            *texts(page, ".field-state_now"),
            texts(source, ".field-last_run")[0].rsplit(" ", 1)[-1],
            texts(admin_client.get(change_address(run)), ".field-state_now .readonly")[
                0
            ],
        ]

    assert shown() == ["interrupted"] * 3
    with importing("files"):
        assert shown() == ["running"] * 3
    run.refresh_from_db()
    assert run.state == "running"  # the next run of the source writes it down


def test_the_list_of_runs_counts_what_waits_and_can_be_filtered(
    admin_client: Client, posting: JobPosting
) -> None:
    run_import(BROKEN, source="other")
    page = listed(admin_client, "importrun")
    assert texts(page, ".field-became") == ["1 rejected", "1 conflict", "1 created"]
    assert texts(page, ".field-waiting") == ["1 rejected record", "2 conflicts", "-"]
    persist.undo(ImportRun.objects.get(conflict=1), now=NOW, dry_run=True)
    cases: list[tuple[dict[str, Any], int]] = [
        ({"kind__exact": "import"}, 3),
        ({"kind__exact": "undo"}, 0),
        ({"source__id__exact": posting.source_id}, 2),
        ({"state__exact": "failed"}, 0),
    ]
    for parameters, count in cases:
        assert len(rows(admin_client, "importrun", **parameters)) == count, parameters


def test_undoing_asks_first_and_says_what_would_happen(
    admin_client: Client, admin_user: User
) -> None:
    def feed(*numbers: int, **changes: Any) -> list[dict[str, Any]]:
        return [node(identifier=f"n-{n}", title=f"Job {n}", **changes) for n in numbers]

    run_import(*feed(1, 2, 3))
    one = JobPosting.objects.get(title="Job 1")
    edit(admin_client, one, skills="Sleep")
    run_import(*feed(1, 2, 3, 4, 5, workHours="38"), now=NOW + timedelta(hours=1))
    run = ImportRun.objects.latest("pk")
    run_import(*feed(2, workHours="20"), now=NOW + timedelta(hours=2))
    address = reverse("admin:postings_importrun_undo", args=(run.pk,))
    page = admin_client.get(address)
    assert texts(page, ".foreseen li") == [
        "2 postings it created are withdrawn",
        "2 postings it changed are read again as they were before",
        "1 of them keeps what editors wrote",
    ]
    assert "1 posting stays as a later run made it" in page.text
    assert texts(page, "#content ul:not(.foreseen) a") == ["Job 2"]
    assert ImportRun.objects.filter(kind="undo").count() == 0
    response = admin_client.post(address)
    undo = ImportRun.objects.get(kind="undo")
    assert response["Location"] == change_address(undo)
    assert said(response) == [
        f"Run {run.pk} was undone: 2 withdrawn, 2 back to what they were, 0 open again."
    ]
    assert (undo.user, undo.undoes) == (admin_user, run)
    hours = dict(JobPosting.objects.values_list("title", "work_hours"))
    assert (hours["Job 1"], hours["Job 2"], hours["Job 3"]) == ("", "20", "")
    assert "keeps its edits of skills" in admin_client.get(change_address(undo)).text
    assert f"Undone by run {undo.pk}" in " ".join(
        texts(admin_client.get(change_address(run)), ".readonly")
    )
    foreseen = persist.foreseen(undo)
    assert (foreseen.withdrawn, foreseen.reopened, foreseen.left) == (0, 2, 0)


def test_a_run_that_cannot_be_undone_says_why(
    admin_client: Client, posting: JobPosting
) -> None:
    first, second = ImportRun.objects.order_by("pk")
    address = reverse("admin:postings_importrun_undo", args=(second.pk,))
    with importing("files"):
        assert "Another import of the source" in said(admin_client.post(address))[-1]
    admin_client.post(address)
    for response in (admin_client.get(address), admin_client.post(address)):
        assert re.search(r"was undone by run \d+", said(response)[-1])
    run_import(RICH | {"title": "Baker (m/f/d)"})
    nothing = ImportRun.objects.latest("pk")
    nothing.records.all().delete()
    address = reverse("admin:postings_importrun_undo", args=(nothing.pk,))
    assert f"Run {nothing.pk}" in said(admin_client.get(address))[-1]
    assert first.undone_by.count() == 0


# --- Rejected records


def test_the_work_list_shows_what_waits_and_the_admins_front_page_says_how_much(
    admin_client: Client, posting: JobPosting
) -> None:
    run_import(BROKEN, source="other")
    front = admin_client.get(reverse("admin:index"))
    assert texts(front, "p.waiting a") == ["1 rejected record", "2 conflicts"]
    (record,) = rows(admin_client, "importrecord")
    assert record.outcome == "rejected"
    cases: list[tuple[dict[str, Any], int]] = [
        ({"outcome": "settled"}, 0),
        ({"outcome": "created"}, 1),
        ({"outcome": "conflict"}, 1),
        ({"outcome": "all"}, 3),
        ({"code": "bad-json"}, 1),
        ({"code": "no-title"}, 0),
        ({"run__source__id__exact": record.run.source_id}, 1),
        ({"run__source__id__exact": posting.source_id}, 0),
        ({"outcome": "all", "posting__id__exact": posting.pk}, 2),
        ({"q": "0.json"}, 1),
    ]
    for parameters, count in cases:
        assert len(rows(admin_client, "importrecord", **parameters)) == count, (
            parameters
        )


def rejected() -> ImportRecord:
    return ImportRecord.objects.filter(outcome="rejected").latest("pk")


def test_the_fault_of_broken_json_is_marked_at_its_line_and_column(
    admin_client: Client,
) -> None:
    run_import(BROKEN)
    page = admin_client.get(change_address(rejected()))
    assert texts(page, ".at-fault th") == ["3"]
    assert texts(page, ".listing mark") == ['"']
    assert texts(page, ".at-fault td") == ['"identifier": "c-1"}']
    assert texts(page, ".listing th") == ["1", "2", "3"]
    assert elements(page, "textarea")[0].text.strip() == BROKEN


def test_the_property_a_problem_is_about_is_marked_in_the_record_set_out(
    admin_client: Client,
) -> None:
    record = {"@type": "JobPosting", "title": "<b></b>", "url": "x"}
    run_import(json.dumps({"@context": "https://schema.org", "@graph": [record]}))
    page = admin_client.get(change_address(rejected()))
    assert texts(page, ".listing mark") == ['"title": "<b></b>",']
    assert "<b></b>" not in page.text


def test_a_mended_record_becomes_a_posting_and_leaves_the_list(
    admin_client: Client, admin_user: User
) -> None:
    run_import(BROKEN)
    record = rejected()
    response = do(
        admin_client,
        "importrecord",
        "retry",
        record,
        text=MENDED.replace("\n", "\r\n"),
    )
    row = JobPosting.objects.get()
    assert (row.title, row.identifier) == ("Cook", "c-1")
    assert said(response) == [
        f'<a href="{change_address(row)}">Cook</a>: created',
    ]
    assert response["Location"] == reverse("admin:postings_importrecord_changelist")
    assert rows(admin_client, "importrecord") == []
    record.refresh_from_db()
    assert record.resolved_by is not None
    assert (record.resolved_by.kind, record.resolved_by.user) == ("retry", admin_user)
    page = admin_client.get(change_address(record))
    assert texts(page, "textarea") == []
    assert str(record.resolved_by) in page.text
    again = do(admin_client, "importrecord", "retry", record, text=MENDED)
    assert said(again)[-1] == "This record does not wait to be mended."
    assert JobPosting.objects.count() == 1


def test_a_record_that_fails_again_is_shown_anew_with_its_fault(
    admin_client: Client,
) -> None:
    run_import(BROKEN)
    first = rejected()
    text = MENDED.replace('"Cook"', '""')
    response = do(admin_client, "importrecord", "retry", first, text=text)
    again = rejected()
    assert again != first
    assert response["Location"] == change_address(again)
    assert "rejected again" in said(response)[-1]
    page = admin_client.get(response["Location"])
    assert texts(page, ".listing mark") == ['"title": "",']
    assert rows(admin_client, "importrecord") == [again]


def test_a_text_that_starts_with_a_line_end_comes_back_whole(
    admin_client: Client,
) -> None:
    run_import("\n\n" + BROKEN)
    (area,) = elements(admin_client.get(change_address(rejected())), "textarea")
    # A browser takes off the first line end of a text area.
    assert area.text.replace("\r\n", "\n") == "\n" + rejected().raw


def test_many_records_are_read_again_each_source_by_itself(
    admin_client: Client,
) -> None:
    run_import(BROKEN, source="one")
    run_import(BROKEN, source="two")
    run_import(BROKEN, source="three")
    waiting = rows(admin_client, "importrecord")
    for record in waiting[:2]:
        ImportRecord.objects.filter(pk=record.pk).update(raw=MENDED)
    ImportRecord.objects.filter(pk=waiting[2].pk).update(raw="")
    told = act(admin_client, "importrecord", "retry_selected", *waiting)
    assert told[0] == "1 record has no text to read again."
    assert [re.sub("<[^>]*>", "", line) for line in told[1:]] == ["Cook: created"] * 2
    assert JobPosting.objects.count() == 2
    assert rows(admin_client, "importrecord") == [waiting[2]]


def test_a_source_that_is_being_imported_is_not_retried(admin_client: Client) -> None:
    run_import(BROKEN)
    with importing("files"):
        response = do(admin_client, "importrecord", "retry", rejected(), text=MENDED)
    assert "Another import of the source 'files' is running" in said(response)[0]
    assert JobPosting.objects.count() == 0
    assert rows(admin_client, "importrecord") == [rejected()]


def test_a_record_without_a_text_says_so(admin_client: Client) -> None:
    run_import(BROKEN)
    ImportRecord.objects.update(raw="")
    page = admin_client.get(change_address(rejected()))
    assert "No text was kept of it" in page.text


# --- Records of what was changed


def test_an_update_shows_what_was_replaced_and_what_came(
    admin_client: Client,
) -> None:
    run_import(RICH)
    run_import(RICH | {"title": "Cook", "workHours": "38"})
    run_import(RICH | {"title": "Chef", "workHours": "38"})
    second, third = ImportRecord.objects.filter(outcome="updated").order_by("pk")

    def changes(record: ImportRecord) -> list[list[str]]:
        page = admin_client.get(change_address(record))
        count = len(texts(page, ".changes tbody tr"))
        return [
            texts(page, f".changes tbody tr:nth-child({n + 1}) > *")
            for n in range(count)
        ]

    assert changes(second) == [["title", "Baker", "Cook"], ["workHours", "40", "38"]]
    assert changes(third) == [["title", "Cook", "Chef"]]
    created = ImportRecord.objects.get(outcome="created")
    assert changes(created) == []


def test_an_update_of_an_edited_property_says_that_pages_show_the_editors(
    admin_client: Client, posting: JobPosting
) -> None:
    page = admin_client.get(change_address(conflict("title").record))
    assert texts(page, ".changes th[scope=row]") == [
        f"{name} edited: pages show the editor's" for name in ("title", "description")
    ]


# --- Sources


def test_sources_say_how_much_is_open_and_when_they_were_last_complete(
    admin_client: Client, posting: JobPosting
) -> None:
    run_import(BROKEN, now=NOW + timedelta(hours=3))
    make.make_posting(valid_through=timezone.now() - timedelta(days=1))
    make.make_source("idle")
    page = listed(admin_client, "source")
    assert texts(page, ".field-slug") == ["files", "idle"]
    assert texts(page, ".field-open_postings") == ["1", "0"]
    last = ImportRun.objects.latest("pk")
    assert texts(page, ".field-last_run")[1] == "-"
    assert texts(page, ".field-last_run")[0].endswith(" finished")
    assert f'href="{change_address(last)}"' in page.text
    assert texts(page, ".field-last_complete")[0] != "-"
    assert texts(page, ".field-last_complete")[1] == "-"


def test_what_happens_to_vanished_postings_is_chosen_a_source(
    admin_client: Client, posting: JobPosting
) -> None:
    source = Source.objects.get()
    assert edit(admin_client, source, vanished_policy="keep").vanished_policy == "keep"
    page = admin_client.get(reverse("admin:postings_source_add"))
    assert page.status_code == 200


# --- Cost, permission, method


@pytest.mark.parametrize(
    ("name", "parameters", "most"),
    [
        ("importconflict", {}, 9),
        ("importrun", {}, 8),
        ("importrecord", {}, 8),
        ("importrecord", {"outcome": "all"}, 8),
        ("source", {}, 8),
        ("jobposting", {"conflict": "open"}, 9),
    ],
)
def test_a_list_costs_the_same_queries_however_many_rows_it_has(
    admin_client: Client,
    posting: JobPosting,
    django_assert_max_num_queries: Any,
    name: str,
    parameters: dict[str, str],
    most: int,
) -> None:
    for number in range(4):
        source = f"s{number}"
        run_import(RICH, BROKEN, source=source)
        row = JobPosting.objects.get(source__slug=source)
        edit(admin_client, row, title="Edited")
        run_import(RICH | {"title": f"Other {number}"}, BROKEN, source=source)
    assert len(rows(admin_client, name, **parameters)) >= 5 - (name == "importrecord")
    with django_assert_max_num_queries(most):
        listed(admin_client, name, **parameters)


def test_a_page_costs_a_bounded_number_of_queries(
    admin_client: Client, posting: JobPosting, django_assert_max_num_queries: Any
) -> None:
    run_import(BROKEN)
    run = conflict("title").record.run
    pages = {
        change_address(posting): 26,
        change_address(conflict("title")): 5,
        change_address(run): 6,
        reverse("admin:postings_importrun_undo", args=(run.pk,)): 12,
        change_address(conflict("title").record): 12,
        change_address(rejected()): 6,
        change_address(posting.source): 5,
        reverse("admin:index"): 6,
    }
    for address, most in pages.items():
        with django_assert_max_num_queries(most):
            assert admin_client.get(address).status_code == 200, address


VIEWS = [
    ("importconflict", "take", {}),
    ("importconflict", "keep", {}),
    ("jobposting", "take", {"property": "title"}),
    ("jobposting", "keep", {"property": "title"}),
    ("importrun", "undo", {}),
    ("importrecord", "retry", {"text": MENDED}),
]


def _row(name: str) -> Any:
    match name:
        case "importconflict":
            return conflict("title")
        case "importrun":
            return conflict("title").record.run
        case "importrecord":
            return rejected()
        case _:
            return JobPosting.objects.get()


@pytest.mark.parametrize(("name", "view", "data"), VIEWS)
def test_who_may_only_look_changes_nothing(
    client: Client, posting: JobPosting, name: str, view: str, data: dict[str, str]
) -> None:
    run_import(BROKEN)
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(looker)
    row = _row(name)
    shown = client.get(change_address(row))
    assert shown.status_code == 200
    assert texts(shown, "[formaction]") == []
    assert "Undo this run" not in shown.text
    runs = ImportRun.objects.count()
    assert do(client, name, view, row, **data).status_code == 403
    for list_name, action in (
        ("importconflict", "take_feeds"),
        ("importconflict", "keep_editors"),
        ("importrecord", "retry_selected"),
    ):
        act(client, list_name, action, _row(list_name))
    assert JobPosting.objects.get().revision == posting.revision
    assert conflict("title").resolution == OPEN
    assert ImportRun.objects.count() == runs
    assert rejected().resolved_at is None


@pytest.mark.parametrize(("name", "view", "data"), VIEWS)
def test_reading_an_address_that_writes_writes_nothing(
    admin_client: Client,
    posting: JobPosting,
    name: str,
    view: str,
    data: dict[str, str],
) -> None:
    run_import(BROKEN)
    runs = ImportRun.objects.count()
    address = reverse(f"admin:postings_{name}_{view}", args=(_row(name).pk,))
    response = admin_client.get(address, data)
    assert response.status_code == (200 if view == "undo" else 405)
    assert JobPosting.objects.get().revision == posting.revision
    assert conflict("title").resolution == OPEN
    assert ImportRun.objects.count() == runs


@pytest.mark.parametrize(("name", "view", "data"), VIEWS)
def test_a_row_that_is_not_there_is_not_found(
    admin_client: Client, name: str, view: str, data: dict[str, str]
) -> None:
    address = reverse(f"admin:postings_{name}_{view}", args=(999,))
    assert admin_client.post(address, data).status_code == 404


def test_a_request_from_elsewhere_is_refused(
    posting: JobPosting, admin_user: User
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    for name, view, data in VIEWS[:5]:
        assert do(client, name, view, _row(name), **data).status_code == 403
    assert JobPosting.objects.get().revision == posting.revision


def test_every_page_keeps_to_the_sites_policy(
    admin_client: Client, posting: JobPosting
) -> None:
    run_import(BROKEN)
    run = conflict("title").record.run
    for address in (
        *(change_address(_row(name)) for name in ("importconflict", "jobposting")),
        *(change_address(row) for row in (run, rejected(), conflict("title").record)),
        reverse("admin:postings_importrun_undo", args=(run.pk,)),
        *(
            reverse(f"admin:postings_{name}_changelist")
            for name in ("importconflict", "importrun", "importrecord", "source")
        ),
        reverse("admin:index"),
    ):
        page = admin_client.get(address)
        assert "default-src 'none'" in page["Content-Security-Policy"]
        assert elements(page, "[style], style, [onclick], [onchange]") == [], address
        assert all(
            script.get("src") or script.get("type") == "application/json"
            for script in elements(page, "script")
        ), address
