"""Every way the admin can write, and what each leaves marked for imports to keep.

And that nothing but `postings.ingest.persist` writes postings at all.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from postings import models, schemaorg
from postings.models import (
    ImportConflict,
    ImportRecord,
    ImportRun,
    JobLocation,
    JobPosting,
    Organization,
    Source,
    columns,
)
from tests.editing import edit, form_data
from tests.ingest.support import NOW, node, run_import

ROOT = Path(__file__).resolve().parent.parent
PERSIST = ROOT / "postings" / "ingest" / "persist"

#: What nothing but `persist` may write.
GUARDED = (
    models.ApplicantLocationRequirement,
    models.JobLocation,
    models.JobPosting,
    models.JobPostingNode,
    models.JobPostingTexts,
    models.Logo,
    models.Organization,
    models.OrganizationKey,
    models.SourceKey,
)

EMPLOYER = {"name": "Crumb & Co", "telephone": "1"}
FEED = node(
    hiringOrganization=EMPLOYER,
    description="<p>Bread.</p>",
    skills=["Kneading"],
    workHours="40",
    jobLocation=[{"address": "Ulm"}, {"address": "Bonn"}],
    applicantLocationRequirements=[
        {"@type": "Country", "name": "DE"},
        {"@type": "Country", "name": "FR"},
    ],
)

#: Says something else of everything the paths below change.
OTHER_FEED = FEED | {
    "title": "Brewer",
    "description": "<p>Beer.</p>",
    "skills": ["Brewing"],
    "workHours": "20",
    "jobLocation": "Kiel",
    "applicantLocationRequirements": {"@type": "Country", "name": "IT"},
    "hiringOrganization": EMPLOYER | {"telephone": "2"},
}
BROKEN = '{"@type": "JobPosting", "title": "Cook" "identifier": "c-1"}'


@pytest.fixture
def posting(admin_client: Client) -> JobPosting:
    """An imported posting, its title edited and since changed by the feed."""
    run_import(FEED)
    edit(admin_client, JobPosting.objects.get(), title="Master baker")
    run_import(FEED | {"title": "Baker (m/f/d)"}, BROKEN, now=NOW + timedelta(hours=1))
    return JobPosting.objects.get()


# --- The ways


def _change(client: Client, name: str, /, **changes: Any) -> None:
    row = getattr(models, name).objects.order_by("pk").first()
    edit(client, row, **changes)


def _add(client: Client, name: str, /, **given: Any) -> None:
    address = reverse(f"admin:postings_{name}_add")
    response = client.post(address, form_data(client, address) | given)
    assert response.status_code == 302, response.context["errors"]


def _delete(client: Client, name: str) -> None:
    row = getattr(models, name).objects.order_by("pk").first()
    address = reverse(f"admin:postings_{name.lower()}_delete", args=(row.pk,))
    assert client.post(address, {"post": "yes"}).status_code == 302


def _act(client: Client, name: str, action: str) -> None:
    row = getattr(models, name).objects.order_by("pk").first()
    if name == "ImportRecord":
        row = ImportRecord.objects.get(outcome="rejected")
    response = client.post(
        reverse(f"admin:postings_{name.lower()}_changelist"),
        {"action": action, "_selected_action": [row.pk], "post": "yes", "outcome": ""},
    )
    assert response.status_code == 302


def _view(client: Client, name: str, view: str, row: Any, **data: str) -> None:
    address = reverse(f"admin:postings_{name}_{view}", args=(row.pk,))
    assert client.post(address, data).status_code == 302


def _mend(client: Client) -> None:
    text = BROKEN.replace('"Cook"', '"Cook",')
    _view(client, "importrecord", "retry", _rejected(), text=text)


def _rejected() -> ImportRecord:
    return ImportRecord.objects.get(outcome="rejected")


def _posting() -> JobPosting:
    return JobPosting.objects.earliest("pk")


Way = Callable[[Client], None]

#: Each way to write: what it does, and the properties of the posting it changes. Those
#: are then marked and no import changes them, but where the feed's is taken.
WAYS: dict[str, tuple[Way, set[str]]] = {
    "jobposting add": (
        lambda client: _add(
            client, "jobposting", title="Ours", description="<p>New.</p>"
        ),
        set(),
    ),
    "jobposting change": (
        lambda client: _change(
            client,
            "JobPosting",
            title="Head baker",
            description="<p>Rolls.</p>",
            work_hours="30",
        ),
        {"title", "description", "workHours"},
    ),
    "jobposting inline job_location": (
        lambda client: _change(
            client,
            "JobPosting",
            **{
                "job_location-0-address": "Jena",
                "job_location-1-DELETE": "on",
            },
        ),
        {"jobLocation"},
    ),
    "jobposting inline applicant_location_requirements": (
        lambda client: _change(
            client,
            "JobPosting",
            **{"applicant_location_requirements-0-address_country": "AT"},
        ),
        {"applicantLocationRequirements"},
    ),
    "jobposting action hide": (
        lambda client: _act(client, "JobPosting", "hide"),
        set(),
    ),
    "jobposting action show": (
        lambda client: _act(client, "JobPosting", "show"),
        set(),
    ),
    "jobposting action delete_postings": (
        lambda client: _act(client, "JobPosting", "delete_postings"),
        set(),
    ),
    "jobposting action undelete_postings": (
        lambda client: _act(client, "JobPosting", "undelete_postings"),
        set(),
    ),
    "jobposting view take": (
        lambda client: _view(
            client, "jobposting", "take", _posting(), property="title"
        ),
        {"title"},
    ),
    "jobposting view keep": (
        lambda client: _view(
            client, "jobposting", "keep", _posting(), property="title"
        ),
        set(),
    ),
    "joblocation add": (
        lambda client: _add(
            client, "joblocation", posting=_posting().pk, address="Kiel", position="2"
        ),
        {"jobLocation"},
    ),
    "joblocation change": (
        lambda client: _change(client, "JobLocation", address="Hof"),
        {"jobLocation"},
    ),
    "joblocation delete": (
        lambda client: _delete(client, "JobLocation"),
        {"jobLocation"},
    ),
    "joblocation action delete_selected": (
        lambda client: _act(client, "JobLocation", "delete_selected"),
        {"jobLocation"},
    ),
    "applicantlocationrequirement add": (
        lambda client: _add(
            client,
            "applicantlocationrequirement",
            posting=_posting().pk,
            type="Country",
            name="Austria",
            address_country="AT",
            position="2",
        ),
        {"applicantLocationRequirements"},
    ),
    "applicantlocationrequirement change": (
        lambda client: _change(
            client, "ApplicantLocationRequirement", address_country="AT"
        ),
        {"applicantLocationRequirements"},
    ),
    "applicantlocationrequirement delete": (
        lambda client: _delete(client, "ApplicantLocationRequirement"),
        {"applicantLocationRequirements"},
    ),
    "applicantlocationrequirement action delete_selected": (
        lambda client: _act(client, "ApplicantLocationRequirement", "delete_selected"),
        {"applicantLocationRequirements"},
    ),
    "organization add": (
        lambda client: _add(client, "organization", name="Loaf"),
        set(),
    ),
    "organization change": (
        lambda client: _change(client, "Organization", telephone="99"),
        set(),
    ),
    "importconflict view take": (
        lambda client: _view(
            client, "importconflict", "take", ImportConflict.objects.get()
        ),
        {"title"},
    ),
    "importconflict view keep": (
        lambda client: _view(
            client, "importconflict", "keep", ImportConflict.objects.get()
        ),
        set(),
    ),
    "importconflict action take_feeds": (
        lambda client: _act(client, "ImportConflict", "take_feeds"),
        {"title"},
    ),
    "importconflict action keep_editors": (
        lambda client: _act(client, "ImportConflict", "keep_editors"),
        set(),
    ),
    "importrun view undo": (
        lambda client: _view(
            client, "importrun", "undo", ImportRun.objects.latest("pk")
        ),
        set(),
    ),
    "importrecord view retry": (_mend, set()),
    "importrecord action retry_selected": (
        lambda client: _act(client, "ImportRecord", "retry_selected"),
        set(),
    ),
    "source add": (
        lambda client: _add(client, "source", slug="new", name="New"),
        set(),
    ),
    "source change": (
        lambda client: _change(client, "Source", vanished_policy="keep"),
        set(),
    ),
}

GIVES_BACK = {
    "jobposting view take",
    "importconflict view take",
    "importconflict action take_feeds",
}

#: What Django's own admin has addresses for.
_DJANGOS = ("changelist", "add", "history", "delete", "change")


def ways_of(model_admin: Any, request: Any) -> Iterator[str]:
    """Every way a registered admin offers to write, as it says of itself."""
    name = model_admin.opts.model_name
    for way in ("add", "change", "delete"):
        if getattr(model_admin, f"has_{way}_permission")(request):
            yield f"{name} {way}"
    for inline in model_admin.get_inline_instances(request):
        yield f"{name} inline {inline.model.posting.field.remote_field.related_name}"
    for action in model_admin.get_actions(request):
        yield f"{name} action {action}"
    for pattern in model_admin.get_urls():
        view = (pattern.name or "").removeprefix(f"postings_{name}_")
        if pattern.name and view not in _DJANGOS:
            yield f"{name} view {view}"
    if model_admin.list_editable:
        yield f"{name} list"


def test_these_are_all_the_ways_the_admin_offers(admin_user: User) -> None:
    request = RequestFactory().get("/")
    request.user = admin_user
    found = {
        way
        for model, model_admin in admin.site._registry.items()  # noqa: SLF001
        if model._meta.app_label == "postings"
        for way in ways_of(model_admin, request)
    }
    assert found == set(WAYS)


@contextmanager
def only_persist_writes() -> Iterator[list[str]]:
    """Fails on a statement that writes a guarded table from anywhere but `persist`.

    Yields the statements it saw. PostgreSQL's COPY, which no wrapper sees, is left to
    the search of the source below.
    """
    tables = "|".join(model._meta.db_table for model in GUARDED)
    writes = re.compile(rf'(INSERT INTO|UPDATE|DELETE FROM) "({tables})"')
    seen: list[str] = []

    def watch(execute: Any, sql: str, *arguments: Any) -> Any:
        if writes.match(sql):
            seen.append(sql)
            frame: Any = sys._getframe()  # noqa: SLF001
            while frame and Path(frame.f_code.co_filename).parent != PERSIST:
                frame = frame.f_back
            assert frame, f"written from outside of persist: {sql}"
        return execute(sql, *arguments)

    with connection.execute_wrapper(watch):
        yield seen


def values(row: JobPosting) -> dict[str, Any]:
    """A posting by property, as it is stored."""
    stored = columns.posting_of(JobPosting.objects.get(pk=row.pk))
    return {
        name: getattr(stored, schemaorg.attribute(name))
        for name in schemaorg.PROPERTIES
        if name != "hiringOrganization"
    }


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_what_a_way_changes_is_marked_and_no_import_undoes_it(
    admin_client: Client, posting: JobPosting, way: str
) -> None:
    write, expected = WAYS[way]
    before, marked = values(posting), set(posting.edited_fields)
    with only_persist_writes():
        write(admin_client)
    row = JobPosting.objects.get(pk=posting.pk)
    after = values(row)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == expected
    if way in GIVES_BACK:
        assert set(row.edited_fields) == marked - expected
        assert after["title"] == "Baker (m/f/d)"
    else:
        assert set(row.edited_fields) == marked | expected
    run_import(OTHER_FEED, now=NOW + timedelta(hours=2))
    again = values(row)
    kept = set(JobPosting.objects.get(pk=posting.pk).edited_fields)
    assert {name: again[name] for name in kept} == {name: after[name] for name in kept}
    if row.deleted_at is None:
        assert (again["title"] == "Brewer") is (way in GIVES_BACK)


@pytest.mark.django_db
def test_what_an_editor_writes_of_an_organization_is_marked_and_stays(
    admin_client: Client, posting: JobPosting
) -> None:
    with only_persist_writes() as seen:
        WAYS["organization change"][0](admin_client)
    assert seen
    run_import(OTHER_FEED, now=NOW + timedelta(hours=2))
    row = Organization.objects.get()
    assert (row.telephone, row.edited_fields) == ("99", ["telephone"])


@pytest.mark.django_db
def test_a_posting_written_here_belongs_to_the_editors_source_which_no_feed_has(
    admin_client: Client, posting: JobPosting
) -> None:
    WAYS["jobposting add"][0](admin_client)
    ours = JobPosting.objects.get(title="Ours")
    assert (ours.source.slug, ours.node_hash) == (Source.EDITOR, "")
    assert not ours.keys.exists()


@pytest.mark.django_db
def test_the_watch_sees_what_persist_writes(
    admin_client: Client, posting: JobPosting
) -> None:
    with only_persist_writes() as seen:
        WAYS["jobposting change"][0](admin_client)
    written = {sql.split('"')[1] for sql in seen}
    assert written >= {
        model._meta.db_table for model in (models.JobPosting, models.JobPostingTexts)
    }


@pytest.mark.django_db
def test_the_watch_sees_a_write_from_elsewhere(posting: JobPosting) -> None:
    for write in (
        lambda: JobPosting.objects.update(title="x"),
        lambda: JobLocation.objects.all().delete(),
        lambda: Organization.objects.create(name="x", folded_name="x"),
    ):
        with (
            only_persist_writes(),
            pytest.raises(AssertionError, match="outside of persist"),
        ):
            write()


# --- In the source


_WRITES = {
    "save",
    "delete",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "_raw_delete",
    "save_base",
    "save_model",
    "save_related",
    "save_formset",
    "delete_model",
    "delete_queryset",
    "execute",
    "executemany",
    "executescript",
    "copy",
}
_WRITES |= {f"a{name}" for name in _WRITES} | {"update", "aupdate"}

#: Calls of those names that write no guarded row: the file, and what is called.
_HARMLESS = {
    ("postings/admin/posting.py", "formset.save"),  # commit=False
    ("postings/admin/whereabouts.py", "self.delete_model"),  # which asks persist
    ("postings/ingest/pipeline.py", "persist.save"),
    ("postings/ingest/web/logo.py", "image.save"),  # a picture, into memory
    ("postings/management/progress.py", "self._bar.update"),  # rich's
    ("postings/management/progress.py", "shown.update"),  # too
    ("postings/models/revision.py", "cls.objects.filter(pk=1).update"),
    ("postings/models/revision.py", "cls.objects.get_or_create"),
}


def writing_calls(path: Path) -> set[tuple[str, str]]:
    """The calls of a file by which Django's models are written, or SQL is run.

    `update` counts where it is given names and `copy` where it is given anything, as
    those of querysets and cursors are and those of dicts are not.
    """
    found = set()
    for call in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        name = call.func.attr
        counts = {"update": bool(call.keywords), "copy": bool(call.args)}
        if name in _WRITES and counts.get(name, True):
            found.add((str(path.relative_to(ROOT)), ast.unparse(call.func)))
    return found


def test_no_other_module_calls_what_writes_rows() -> None:
    modules = [
        path
        for folder in ("postings", "jobsite")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not path.is_relative_to(PERSIST) and "migrations" not in path.parts
    ]
    assert len(modules) > 50
    found = {call for path in modules for call in writing_calls(path)}
    assert found == _HARMLESS


def test_the_search_for_writing_calls_finds_those_of_persist() -> None:
    found = {call for path in PERSIST.glob("*.py") for _, call in writing_calls(path)}
    assert {
        "JobPosting.objects.bulk_update",
        "JobPostingTexts.objects.filter(posting=row).update",
        "Organization.objects.bulk_create",
        "child.delete",
        "cursor.copy",
        "cursor.executemany",
        "stored.save",
    } <= found
