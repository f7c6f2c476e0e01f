"""What editors write, and the marks that keep it through every import."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from postings import sanitise, schemaorg
from postings.ingest import merge
from postings.ingest.persist.conflicts import edited_again
from postings.ingest.persist.run import source
from postings.models import (
    ApplicantLocationRequirement,
    DatabaseState,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingQuerySet,
    JobPostingTexts,
    Logo,
    Organization,
    OrganizationKey,
    Source,
    columns,
)
from postings.search import index


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildEdits:
    """What an editor did to the places or areas of a posting."""

    saved: Sequence[JobLocation | ApplicantLocationRequirement] = ()
    deleted: Sequence[JobLocation | ApplicantLocationRequirement] = ()


def save_edit(
    row: JobPosting,
    *,
    changed: Collection[str],
    now: datetime,
    texts: Mapping[str, str] | None = None,
    children: Mapping[str, ChildEdits] | None = None,
) -> None:
    """Stores what an editor changed and marks it, so that no import undoes it.

    `changed` names columns of the row, `texts` columns of its texts with what the
    editor typed (sanitised here, never tidied), `children` the edits of places and
    areas by schema.org property. A row without an id is a new posting of the source
    `editor`. Only changed and derived columns are written.
    """
    cleaned = {
        column: sanitise.sanitise(html).html for column, html in (texts or {}).items()
    }
    edits = {
        name: edit
        for name, edit in (children or {}).items()
        if edit.saved or edit.deleted
    }
    if not (changed or cleaned or edits or row._state.adding):
        return
    with transaction.atomic():
        DatabaseState.lock()
        touched = {columns.property_of(column) for column in (*changed, *cleaned)}
        marks = {name for name in touched if name} | set(edits)
        if row._state.adding:
            _add(row, changed, cleaned, now)
        else:
            _change(row, changed, cleaned, marks, now)
        if edits:
            _save_children(row, edits)
        edited_again(row, marks, now=now)
        index.sync_soon()


def _add(
    row: JobPosting, changed: Collection[str], texts: Mapping[str, str], now: datetime
) -> None:
    _derive(row, changed, texts, now)
    row.source = source(Source.EDITOR)
    row.first_seen = now
    row.posted_at = columns.posted_at(row.date_posted, row.valid_through, now, now)
    row.revision = DatabaseState.draw()
    row.save()
    JobPostingTexts.objects.create(
        posting=row, policy_version=sanitise.POLICY_VERSION, **texts
    )
    JobPostingNode.objects.create(posting=row, data={})


def _change(
    row: JobPosting,
    changed: Collection[str],
    texts: Mapping[str, str],
    marks: Collection[str],
    now: datetime,
) -> None:
    """Sets what was changed on the row as it is now, not as the editor's form saw it.

    An import may have written the other properties since. A property is written
    whole, so that no half of one is the editor's and the other the source's.
    """
    stored = JobPosting.objects.get(pk=row.pk)
    written = set(changed)
    for column in changed:
        name = columns.property_of(column)
        written |= set(columns.COLUMNS[name]) if name else set()
    for column in written:
        setattr(stored, column, getattr(row, column))
    written |= _derive(stored, changed, texts, now)
    stored.edited_fields = sorted({*stored.edited_fields, *marks})
    stored.revision = DatabaseState.draw()
    stored.save(update_fields={*written, "edited_fields", "revision"})
    if texts:
        # A text nobody typed keeps the policy it was cleaned by.
        JobPostingTexts.objects.filter(posting=row).update(**texts)
    row.refresh_from_db()


def _derive(
    row: JobPosting, changed: Collection[str], texts: Mapping[str, str], now: datetime
) -> set[str]:
    """Brings columns that follow from edited ones up to date; names them."""
    derived: set[str] = set()
    for moment in ("date_posted", "valid_through"):
        if moment in changed:
            known = getattr(row, moment) is not None
            source = schemaorg.ZoneSource.EDITOR.value
            setattr(row, f"{moment}_zone", settings.TIME_ZONE if known else "")
            setattr(row, f"{moment}_zone_source", source if known else "")
            setattr(row, f"{moment}_has_time", True)
            derived |= {f"{moment}{part}" for part in _MOMENT_PARTS}
    if {"date_posted", "valid_through"} & set(changed) and not row._state.adding:
        row.posted_at = columns.posted_at(
            row.date_posted, row.valid_through, row.first_seen, now
        )
        derived.add("posted_at")
    if "in_language" in changed:
        row.in_language_source = (
            schemaorg.LanguageSource.EDITOR.value if row.in_language else ""
        )
        derived.add("in_language_source")
    if any(column.startswith("base_salary") for column in changed):
        salary = columns.salary_of(row, "base_salary")
        row.base_salary_yearly_min_value = salary.yearly_min_value
        row.base_salary_yearly_max_value = salary.yearly_max_value
        derived |= {"base_salary_yearly_min_value", "base_salary_yearly_max_value"}
    if "description" in texts:
        row.excerpt = sanitise.excerpt(texts["description"])
        derived.add("excerpt")
    return derived


_MOMENT_PARTS = ("_has_time", "_zone", "_zone_source")


def _save_children(row: JobPosting, edits: Mapping[str, ChildEdits]) -> None:
    for edit in edits.values():
        for child in edit.deleted:
            child.delete()
        for child in edit.saved:
            if child._state.adding:
                child.position = (
                    type(child)._default_manager.filter(posting=row).count()
                )
            child.posting = row
            child.save()
    stored = JobPosting.objects.get(pk=row.pk)
    for name, value in columns.card_columns(columns.posting_of(stored)).items():
        setattr(row, name, value)
    row.save(update_fields=columns.CARD_COLUMNS)


def save_organization_edit(row: Organization, *, changed: Collection[str]) -> None:
    """Stores what an editor changed of an organization and marks it.

    Only the columns in `changed` are written, on the row as it then is. The folded
    name stays: it is what feeds go on calling this employer. A new name moves the
    revision of all its postings, whose cards show it. Another logo's address takes the
    stored one away: it may have been the wrong one.
    """
    if not changed:
        return
    if "description" in changed:
        row.description = sanitise.sanitise(row.description).html
    with transaction.atomic():
        DatabaseState.lock()
        stored = row
        if row._state.adding:
            row.folded_name = merge.fold_name(row.name)
        else:
            stored = Organization.objects.get(pk=row.pk)
        for column in changed:
            setattr(stored, column, getattr(row, column))
        lost_logo = "logo" in changed and bool(stored.logo_key)
        if lost_logo:
            stored.logo_key = ""
        marks = {schemaorg.property_name(column) for column in changed}
        stored.edited_fields = sorted({*stored.edited_fields, *marks})
        stored.revision = DatabaseState.draw()
        added = stored._state.adding
        stored.save()
        if added:
            OrganizationKey.objects.create(
                kind=OrganizationKey.Kind.NAME,
                value=stored.folded_name,
                organization=stored,
            )
        if "logo" in changed:
            Logo.objects.filter(organization=stored).delete()
        if "name" in changed or lost_logo:
            touch(JobPosting.objects.filter(hiring_organization=stored))
        index.sync_soon()


def set_hidden(rows: JobPostingQuerySet, *, hidden: bool) -> int:
    """Hides postings (their pages answer 404) or shows them again; how many."""
    return _mark(rows.filter(hidden=not hidden), hidden=hidden)


def set_deleted(rows: JobPostingQuerySet, *, deleted: bool, now: datetime) -> int:
    """Deletes postings (410; rows and keys stay) or takes that back; how many."""
    return _mark(
        rows.filter(deleted_at__isnull=deleted), deleted_at=now if deleted else None
    )


def _mark(rows: JobPostingQuerySet, **values: Any) -> int:
    with transaction.atomic():
        DatabaseState.lock()
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        found = JobPosting.objects.filter(pk__among=ids)  # "select all" may be many
        found.update(**values)
        touch(found)
        index.sync_soon()
    return len(ids)


def touch(rows: JobPostingQuerySet) -> None:
    """Draws a revision for each of these postings."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    first = DatabaseState.draw(len(ids))
    JobPosting.objects.bulk_update(
        [JobPosting(pk=pk, revision=first + i) for i, pk in enumerate(ids)],
        ("revision",),
        batch_size=500,
    )
