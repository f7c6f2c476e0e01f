"""What an import makes of a property the source, an editor, or both have changed.

Base is what the source said before, theirs what it says now, ours what the editor made
of it; every kind of property is held to the same table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from postings import schemaorg
from postings.ingest import merge, persist
from postings.ingest.report import Outcome
from postings.models import ImportConflict, ImportRecord, JobLocation, JobPosting
from postings.models.columns import posting_of
from tests.ingest.support import NOW, node, posting, run_import

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def columns(**values: Any) -> Callable[[JobPosting], None]:
    def edit(row: JobPosting) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        persist.save_edit(row, changed=list(values), now=LATER)

    return edit


def text(**values: str) -> Callable[[JobPosting], None]:
    return lambda row: persist.save_edit(row, changed=(), texts=values, now=LATER)


def first_child(name: str, **values: Any) -> Callable[[JobPosting], None]:
    """Changes the first place or area; without values deletes them all."""

    def edit(row: JobPosting) -> None:
        children = list(getattr(row, schemaorg.attribute(name)).all())
        edits = persist.ChildEdits(deleted=children)
        if values:
            for column, value in values.items():
                setattr(children[0], column, value)
            edits = persist.ChildEdits(saved=children[:1])
        persist.save_edit(row, changed=(), children={name: edits}, now=LATER)

    return edit


def employer(name: str) -> Callable[[JobPosting], None]:
    def edit(row: JobPosting) -> None:
        run_import(node(identifier="x", hiringOrganization=name), source="other")
        found = JobPosting.objects.get(source__slug="other").hiring_organization
        columns(hiring_organization=found if name else None)(row)

    return edit


@dataclass(frozen=True)
class Kind:
    """A property, two values of the source, and an editor's change and clearing."""

    name: str
    base: Any
    theirs: Any
    edit: Callable[[JobPosting], None]
    clear: Callable[[JobPosting], None] | None


KINDS = [
    Kind("title", "Baker", "Bread baker", columns(title="Master baker"), None),
    Kind("workHours", "38", "40", columns(work_hours="36"), columns(work_hours="")),
    Kind(
        "url",
        "https://jobs.example/1",
        "https://jobs.example/2",
        columns(url="https://jobs.example/3"),
        columns(url=""),
    ),
    Kind(
        "skills",
        ["Salt"],
        ["Salt", "Oil"],
        columns(skills=["Yeast"]),
        columns(skills=[]),
    ),
    Kind("directApply", "true", "false", columns(direct_apply=None), None),
    Kind(
        "employmentType",
        "FULL_TIME",
        ["FULL_TIME", "INTERN"],
        columns(employment_type=["PART_TIME"]),
        columns(employment_type=[]),
    ),
    Kind(
        "validThrough",
        "2099-01-01",
        "2099-02-01T10:00:00Z",
        columns(valid_through=NOW + timedelta(days=99)),
        columns(valid_through=None),
    ),
    Kind(
        "baseSalary",
        {"currency": "EUR", "value": {"value": 20, "unitText": "HOUR"}},
        {"currency": "EUR", "value": {"value": 21, "unitText": "HOUR"}},
        columns(base_salary_min_value=Decimal(22), base_salary_max_value=Decimal(25)),
        columns(
            base_salary_min_value=None,
            base_salary_max_value=None,
            base_salary_currency="",
            base_salary_unit_text="",
        ),
    ),
    Kind(
        "description",
        "<p>Bread.</p>",
        "<p>Cake.</p>",
        text(description="<p>Pies.</p>"),
        text(description=""),
    ),
    Kind(
        "experienceRequirements",
        "Two winters",
        "Three winters",
        text(experience_requirements="<p>One summer</p>"),
        text(experience_requirements=""),
    ),
    Kind(
        "jobLocation",
        [{"address": "Ulm"}, {"address": "Bonn"}],
        {"address": "Mainz"},
        first_child("jobLocation", address_locality="Kiel"),
        first_child("jobLocation"),
    ),
    Kind(
        "applicantLocationRequirements",
        {"@type": "Country", "name": "DE"},
        [{"@type": "Country", "name": "DE"}, {"@type": "Country", "name": "AT"}],
        first_child("applicantLocationRequirements", address_country="CH"),
        first_child("applicantLocationRequirements"),
    ),
    Kind("hiringOrganization", "Crumb", "Loaf", employer("Roll"), None),
]


def kinds(*left_out: str) -> pytest.MarkDecorator:
    found = [kind for kind in KINDS if kind.name not in left_out]
    return pytest.mark.parametrize("kind", found, ids=lambda kind: kind.name)


every_kind = kinds()
clearable = kinds(*(kind.name for kind in KINDS if kind.clear is None))


def value_of(name: str, read: schemaorg.Posting | None = None) -> Any:
    row = JobPosting.objects.get(source__slug="files")
    value = getattr(read or posting_of(row), schemaorg.attribute(name))
    return value.name if isinstance(value, schemaorg.Organization) else value


def says(kind: Kind, value: Any) -> Any:
    """What the reader makes of a value of the source."""
    return value_of(kind.name, posting(**{kind.name: value}))


def imported(kind: Kind, value: Any, **more: Any) -> Outcome:
    record = node(**{kind.name: value, **more})
    if value is None:
        del record[kind.name]
    return run_import(record, now=LATER)[1][0].outcome


def edited(kind: Kind, change: Callable[[JobPosting], None]) -> Any:
    change(JobPosting.objects.get(source__slug="files"))
    return value_of(kind.name)


def open_conflicts() -> list[str]:
    return list(
        ImportConflict.objects.filter(resolution="").values_list("property", flat=True)
    )


@every_kind
def test_what_only_the_source_changed_is_taken(kind: Kind) -> None:
    imported(kind, kind.base)
    assert imported(kind, kind.theirs) is Outcome.UPDATED
    assert value_of(kind.name) == says(kind, kind.theirs) != says(kind, kind.base)


@kinds("title")  # without one the record is rejected
def test_what_only_the_source_removed_is_cleared(kind: Kind) -> None:
    imported(kind, kind.base)
    assert imported(kind, None) is Outcome.UPDATED
    assert value_of(kind.name) == says(kind, None)


@every_kind
def test_what_only_the_editor_changed_is_kept_and_is_no_conflict(kind: Kind) -> None:
    imported(kind, kind.base)
    ours = edited(kind, kind.edit)
    assert ours != says(kind, kind.base)
    assert imported(kind, kind.base) is Outcome.UNCHANGED
    assert imported(kind, kind.base, alternateName="news") is Outcome.UPDATED
    assert value_of(kind.name) == ours
    assert open_conflicts() == []


@clearable
def test_what_the_editor_cleared_stays_cleared(kind: Kind) -> None:
    assert kind.clear is not None
    imported(kind, kind.base)
    ours = edited(kind, kind.clear)
    assert imported(kind, kind.base, alternateName="news") is Outcome.UPDATED
    assert value_of(kind.name) == ours == says(kind, None)


@every_kind
def test_of_what_both_changed_the_editors_is_kept_and_both_are_recorded(
    kind: Kind,
) -> None:
    imported(kind, kind.base)
    ours = edited(kind, kind.edit)
    assert imported(kind, kind.theirs) is Outcome.CONFLICT
    assert value_of(kind.name) == ours
    conflict = ImportConflict.objects.get()
    assert conflict.property == kind.name
    said = posting(**{kind.name: kind.theirs})
    theirs = getattr(said, schemaorg.attribute(kind.name))
    assert conflict.theirs == merge.words(theirs)
    assert conflict.ours not in (conflict.theirs, None)
    assert conflict.record.outcome == Outcome.CONFLICT


@kinds("title", "directApply")  # of the latter both would say nothing
def test_what_the_editor_changed_and_the_source_removed_is_kept_as_a_conflict(
    kind: Kind,
) -> None:
    imported(kind, kind.base)
    ours = edited(kind, kind.edit)
    assert imported(kind, None) is Outcome.CONFLICT
    assert value_of(kind.name) == ours
    assert ImportConflict.objects.get().theirs == ""


@every_kind
def test_a_conflict_is_recorded_once_however_often_the_feed_comes(kind: Kind) -> None:
    imported(kind, kind.base)
    edited(kind, kind.edit)
    assert imported(kind, kind.theirs) is Outcome.CONFLICT
    assert imported(kind, kind.theirs) is Outcome.UNCHANGED
    assert imported(kind, kind.theirs, alternateName="news") is Outcome.UPDATED
    assert open_conflicts() == [kind.name]


@every_kind
def test_taking_the_feeds_gives_the_property_back_to_it(kind: Kind) -> None:
    imported(kind, kind.base)
    edited(kind, kind.edit)
    imported(kind, kind.theirs)
    row = JobPosting.objects.get(source__slug="files")
    persist.give_back(row.pk, [kind.name], now=LATER)
    assert value_of(kind.name) == says(kind, kind.theirs)
    after = JobPosting.objects.get(pk=row.pk)
    assert after.edited_fields == []
    assert after.revision > row.revision
    assert ImportConflict.objects.get().resolution == "taken"
    assert imported(kind, kind.theirs) is Outcome.UNCHANGED
    assert imported(kind, kind.base) is Outcome.UPDATED
    assert value_of(kind.name) == says(kind, kind.base)


@every_kind
def test_a_conflict_ends_when_the_feed_comes_to_say_what_it_said(kind: Kind) -> None:
    """Back at the value before the editor's change it is a newer conflict."""
    imported(kind, kind.base)
    edited(kind, kind.edit)
    imported(kind, kind.theirs)
    imported(kind, kind.base)
    assert open_conflicts() == [kind.name]
    assert ImportConflict.objects.filter(resolution="superseded").count() == 1


def test_a_conflict_ends_when_the_feed_agrees_with_the_editor() -> None:
    kind = KINDS[0]
    imported(kind, kind.base)
    edited(kind, kind.edit)
    imported(kind, kind.theirs)
    assert imported(kind, "Master baker") is Outcome.UNCHANGED
    assert ImportConflict.objects.get().resolution == "agreed"


def test_an_editor_who_writes_what_the_feed_says_ends_the_conflict() -> None:
    kind = KINDS[0]
    imported(kind, kind.base)
    edited(kind, kind.edit)
    imported(kind, kind.theirs)
    edited(kind, columns(title="Pastry baker"))
    assert ImportConflict.objects.get().ours == "Pastry baker"
    edited(kind, columns(title="Bread baker"))
    assert ImportConflict.objects.get().resolution == "agreed"


def test_keeping_the_editors_ends_a_conflict_and_changes_nothing() -> None:
    kind = KINDS[0]
    imported(kind, kind.base)
    edited(kind, kind.edit)
    imported(kind, kind.theirs)
    assert persist.keep_edits(ImportConflict.objects.all(), now=LATER) == 1
    assert persist.keep_edits(ImportConflict.objects.all(), now=LATER) == 0
    assert value_of("title") == "Master baker"
    assert ImportConflict.objects.get().resolution == "kept"


def test_a_place_edited_at_one_end_keeps_all_places_and_survives_a_new_order() -> None:
    kind = next(kind for kind in KINDS if kind.name == "jobLocation")
    imported(kind, kind.base)
    edited(kind, kind.edit)
    imported(kind, list(reversed(kind.base)))
    towns = [str(place) for place in JobLocation.objects.order_by("position")]
    assert towns == ["Kiel, Ulm", "Bonn"]
    assert open_conflicts() == ["jobLocation"]


def test_a_posting_written_here_has_no_feed_to_take_from() -> None:
    row = JobPosting(title="Baker", published_at=timezone.now())
    persist.save_edit(row, changed=["title"], now=LATER)
    columns(title="Brewer")(row)
    with pytest.raises(persist.NothingToTake, match="no feed has it"):
        persist.give_back(row.pk, ["title"], now=LATER)
    assert JobPosting.objects.get().edited_fields == ["title"]


def test_words_of_values_are_what_a_person_reads() -> None:
    read = posting(
        skills=["Salt", "Oil"],
        validThrough="2099-01-01",
        directApply=True,
        baseSalary={"currency": "EUR", "value": {"value": 20, "unitText": "HOUR"}},
        jobLocation=[{"address": {"addressLocality": "Ulm", "addressCountry": "DE"}}],
    )
    assert merge.words(read.skills) == "Salt\nOil"
    assert merge.words(read.valid_through) == "2099-01-01"
    assert merge.words(read.direct_apply) == "true"
    assert merge.words(read.hiring_organization) == "Crumb & Co"
    assert merge.words(read.job_location) == "addressLocality: Ulm; addressCountry: DE"
    assert merge.words(read.base_salary) == (
        "minValue: 20.00; maxValue: 20.00; currency: EUR; unitText: HOUR"
    )
    assert merge.words(read.estimated_salary) == ""


def test_a_record_with_a_conflict_names_it_in_the_report() -> None:
    kind = KINDS[0]
    imported(kind, kind.base)
    edited(kind, kind.edit)
    report, said = run_import(node(title=kind.theirs))
    assert said[0].conflicts == ("title",)
    assert report.outcomes[Outcome.CONFLICT] == 1
    assert ImportRecord.objects.latest("id").replaced_node is not None
