"""Data comes out as it went in, edits with it."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings

from postings import schemaorg
from postings.ingest import export, merge, normalise, persist, pipeline, sources
from postings.ingest.read import Document, Node
from postings.ingest.report import Outcome, Report
from postings.models import JobPosting, columns
from postings.schemaorg import Posting
from tests.ingest.strategies import PROPERTIES
from tests.ingest.support import NOW, node, run_import

pytestmark = pytest.mark.django_db


def lines() -> list[dict[str, Any]]:
    return list(export.exported(JobPosting.objects.all()))


def imported(records: list[dict[str, Any]], source: str = "files") -> Report:
    content = "\n".join(map(json.dumps, records)).encode()
    document = Document(name="export.ndjson", content=content)
    return pipeline.run([document], source=source, now=NOW + timedelta(days=1))


def only() -> dict[str, Any]:
    (found,) = lines()
    return found


def written(**properties: Any) -> dict[str, Any]:
    run_import(node(**properties))
    return only()


CLEAN = node(
    datePosted="2026-11-02",
    description="&lt;p&gt;Bread&lt;/p&gt;",
    hiringOrganization={
        "@type": "Organization",
        "@id": "#crumb",
        "name": "Crumb",
        "numberOfEmployees": 12,
    },
    **{
        "@id": "https://crumb.example/7#job",
        "mood": ["good", "new"],
        "acme:grade": "7",
    },
)


def test_a_clean_node_comes_out_as_it_went_in() -> None:
    """Unknown properties, `@id`s and the raw description among it."""
    plain = {key: value for key, value in CLEAN.items() if ":" not in key}
    run_import(plain)
    assert only() == plain


@pytest.mark.parametrize(
    "identifier",
    ["b-1", {"@type": "PropertyValue", "value": "b-1", "mood": "good"}, ["b-1", "b-2"]],
)
def test_an_identifier_comes_out_as_it_was_given(identifier: Any) -> None:
    assert written(identifier=identifier)["identifier"] == identifier


def test_what_an_editor_changed_comes_out_changed_and_the_rest_stays() -> None:
    run_import(CLEAN)
    row = JobPosting.objects.get()
    row.title = "Master baker"
    row.date_posted = None
    texts = {"description": "<p>Our <strong>bread</strong></p>"}
    persist.save_edit(row, changed=["title", "date_posted"], texts=texts, now=NOW)
    found = only()
    assert found["title"] == "Master baker"
    assert found["description"] == "<p>Our <strong>bread</strong></p>"
    assert "datePosted" not in found
    assert found["hiringOrganization"] == CLEAN["hiringOrganization"]
    assert found["mood"] == ["good", "new"]


def test_edits_survive_the_way_round_without_a_conflict() -> None:
    run_import(CLEAN)
    row = JobPosting.objects.get()
    row.title = "Master baker"
    row.base_salary_min_value, row.base_salary_currency = 30000, "EUR"
    changed = ["title", "base_salary_min_value", "base_salary_currency"]
    persist.save_edit(row, changed=changed, now=NOW)
    before = columns.posting_of(JobPosting.objects.get())
    report = imported(lines())
    assert dict(report.outcomes) == {Outcome.UNCHANGED: 1}
    row = JobPosting.objects.get()
    assert columns.posting_of(row) == before
    assert row.edited_fields == ["baseSalary", "title"]
    imported(lines(), "elsewhere")
    (_mine, copy) = (
        columns.posting_of(row) for row in JobPosting.objects.order_by("pk")
    )
    assert (copy.title, copy.base_salary) == ("Master baker", before.base_salary)


CLOSES = NOW + timedelta(days=40, hours=3)
EDITS: list[dict[str, Any]] = [
    {"title": "Master baker"},
    {"url": "https://crumb.example/new"},
    {"identifier": "8"},
    {"date_posted": NOW - timedelta(days=3)},
    {"valid_through": CLOSES},
    {"in_language": "da"},
    {"employment_type": ["PART_TIME"], "employment_type_text": ["Springer"]},
    {"base_salary_text": "EG 5"},
    {"job_location_type_text": "by bike"},
    {"skills": ["Yeast", "Salt"]},
    {"job_duration": "half a year"},
]
KEYS = [
    pytest.param({}, id="identifier"),
    pytest.param({"identifier": None, "url": "https://crumb.example/7"}, id="url"),
    pytest.param({"identifier": None}, id="hash"),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: next(iter(edit)))
@pytest.mark.parametrize("keys", KEYS)
def test_every_edit_comes_out_and_finds_its_posting_again(
    edit: dict[str, Any], keys: dict[str, Any]
) -> None:
    given_ = node(validThrough="2026-12-31", employmentType="Vollzeit", **keys)
    run_import(given_)
    row = JobPosting.objects.get()
    for name, value in edit.items():
        setattr(row, name, value)
    persist.save_edit(row, changed=list(edit), now=NOW)
    row = JobPosting.objects.get()
    before = columns.posting_of(row)

    assert dict(imported(lines()).outcomes) == {Outcome.UNCHANGED: 1}
    again = JobPosting.objects.get()
    assert columns.posting_of(again) == before
    assert again.edited_fields == row.edited_fields
    assert dict(imported(lines()).outcomes) == {Outcome.UNCHANGED: 1}
    out = lines()
    # Its source may say what it used to: the posting is known, and stays as it is.
    assert imported([given_]).outcomes.keys() <= {Outcome.UNCHANGED, Outcome.CONFLICT}
    assert columns.posting_of(JobPosting.objects.get()) == before

    imported(out, "elsewhere")
    copy = columns.posting_of(JobPosting.objects.get(source__slug="elsewhere"))
    for name in edit:
        attribute = schemaorg.attribute(columns.property_of(name) or "")
        here, there = getattr(before, attribute), getattr(copy, attribute)
        if attribute in {"date_posted", "valid_through"}:
            assert there.at == here.at
        elif attribute == "in_language":
            assert there.code == here.code
        else:
            assert there == here


def test_a_posting_known_by_its_page_comes_out_with_that_address() -> None:
    page = (
        '<html lang="sv"><link rel="canonical" href="https://crumb.example/jobs/7">'
        f'<script type="application/ld+json">{json.dumps(node(identifier=None))}</script>'
    )
    run_import(page)
    assert only()["url"] == "https://crumb.example/jobs/7"
    assert only()["inLanguage"] == "sv"
    assert dict(imported(lines()).outcomes) == {Outcome.UNCHANGED: 1}


def test_a_posting_written_in_the_admin_comes_out_whole() -> None:
    row = JobPosting(title="By hand", published_at=NOW, work_hours="20 a week")
    texts = {"description": "<p>Words.</p>"}
    persist.save_edit(row, changed=["title", "work_hours"], texts=texts, now=NOW)
    assert only() == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "By hand",
        "description": "<p>Words.</p>",
        "workHours": "20 a week",
    }


def test_the_language_of_a_text_survives_an_edit_of_it() -> None:
    run_import(node(title={"@value": "Bagare", "@language": "sv"}))
    row = JobPosting.objects.get()
    row.title = "Konditor"
    persist.save_edit(row, changed=["title"], now=NOW)
    assert only()["title"] == {"@value": "Konditor", "@language": "sv"}


def test_a_wording_that_says_more_than_its_numbers_stays() -> None:
    wording = "Up to $43/hr plus super"
    assert written(baseSalary=wording)["baseSalary"] == wording


def test_reading_the_database_takes_as_many_queries_as_there_are_batches(
    django_assert_num_queries: Any,
) -> None:
    run_import(*(node(identifier=str(n), title=f"J{n}") for n in range(30)))
    with django_assert_num_queries(2):
        assert len(lines()) == 30


# --- The command


def exported(*arguments: str, capfdbinary: Any = None) -> bytes:
    call_command("export_postings", *arguments)
    return bytes(capfdbinary.readouterr().out) if capfdbinary else b""


def test_lines_go_to_standard_output(capfdbinary: Any) -> None:
    run_import(node(title="Bäcker\u2028"), node(identifier="2", title="Cook"))
    out = exported(capfdbinary=capfdbinary)
    records = [json.loads(line) for line in out.decode().split("\n")[:-1]]
    assert [record["title"] for record in records] == ["Bäcker\u2028", "Cook"]


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_a_file_is_valid_json_for_any_number(
    tmp_path: Path, count: int, form: str
) -> None:
    run_import(*(node(identifier=str(n), title=f"J{n}") for n in range(count)))
    target = tmp_path / "out"
    call_command(
        "export_postings", "--format", form, "-o", str(target), stdout=io.StringIO()
    )
    text = target.read_text()
    found = (
        json.loads(text) if form == "json" else list(map(json.loads, text.splitlines()))
    )
    assert len(found) == count
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_only_what_visitors_can_read_comes_out_unless_asked_for(tmp_path: Path) -> None:
    states: dict[str, dict[str, Any]] = {
        "open": {},
        "closed": {"valid_through": NOW - timedelta(days=1)},
        "withdrawn": {"withdrawn_at": NOW},
        "hidden": {"hidden": True},
        "draft": {"published_at": None},
        "deleted": {"deleted_at": NOW},
    }
    run_import(*(node(identifier=state, title=state) for state in states))
    for state, values in states.items():
        JobPosting.objects.filter(title=state).update(**values)
    target = tmp_path / "out"

    def titles(*arguments: str) -> set[str]:
        call_command(
            "export_postings", "-o", str(target), *arguments, stdout=io.StringIO()
        )
        return {json.loads(line)["title"] for line in target.read_text().splitlines()}

    assert titles() == {"open", "closed", "withdrawn"}
    for state in states:
        assert titles("--state", state) == {state}
    assert titles("--state", "open", "--state", "hidden") == {"open", "hidden"}


def test_wrong_usage_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--source nowhere: there is no source"):
        call_command("export_postings", "--source", "nowhere")
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        call_command("export_postings", "-o", str(tmp_path / "no" / "folder"))


def test_a_file_that_is_there_stays_whole_when_the_export_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_import(node())
    target = tmp_path / "out"
    target.write_text("before")

    def broken(_rows: Any) -> Any:
        yield node()
        raise ValueError("half-way")

    monkeypatch.setattr(export, "exported", broken)
    with pytest.raises(ValueError, match="half-way"):
        call_command("export_postings", "-o", str(target))
    assert target.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


# --- What had to be repaired


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"benefits": "<p>Tea</p>"}, {"jobBenefits": ["<p>Tea</p>"], "benefits": None}),
        ({"employmentType": "Full-Time"}, {"employmentType": "FULL_TIME"}),
        ({"datePosted": "2 Nov 2026"}, {"datePosted": "2026-11-02"}),
        (
            {"hiringOrganization": "Crumb"},
            {"hiringOrganization": {"@type": "Organization", "name": "Crumb"}},
        ),
    ],
)
def test_what_had_to_be_repaired_is_written_anew(
    properties: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = written(**properties)
    assert {name: found.get(name) for name in expected} == expected


@settings(max_examples=200, deadline=None)
@given(PROPERTIES)
def test_whatever_was_read_reads_the_same_when_it_comes_out(
    properties: dict[str, Any],
) -> None:
    kept = Node(data=node(**properties), locator="t")
    before = normalise.posting(kept).posting
    assert before is not None
    came_out = json.loads(json.dumps(export.node(kept, before.in_language)))
    out = Node(data=came_out, locator="t")
    after = normalise.posting(out).posting
    assert after == before


def test_the_corpus_goes_round_without_a_change(corpus_dir: Path) -> None:
    pipeline.run(sources.documents([str(corpus_dir)]), source="corpus", now=NOW)
    count = JobPosting.objects.count()
    before = _postings("corpus")
    records = lines()
    report = imported(records, "corpus")
    changed = {o: n for o, n in report.outcomes.items() if o is not Outcome.UNCHANGED}
    assert changed == {}
    assert JobPosting.objects.count() == count
    imported(records, "elsewhere")
    after = _postings("elsewhere")
    differing = [
        (one.title, name, getattr(one, name), getattr(other, name))
        for one, other in zip(before, after, strict=True)
        for name in one.__dataclass_fields__
        if getattr(one, name) != getattr(other, name)
        # The row of an employer grows with every source; how a language is known is
        # no part of what is said.
        and not (
            name in ("hiring_organization", "in_language")
            and merge.same(getattr(one, name), getattr(other, name))
        )
    ]
    assert differing == []


def _postings(source: str) -> list[Posting]:
    rows = JobPosting.objects.filter(source__slug=source).order_by("pk")
    return [columns.posting_of(row) for row in rows]
