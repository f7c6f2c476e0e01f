"""Stored texts sanitised again, when the policy has become stricter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from postings import sanitise
from postings.models import (
    DatabaseState,
    JobPosting,
    JobPostingTexts,
    Organization,
    columns,
)
from postings.sanitise import POLICY_VERSION, Removal

#: Postings a transaction holds.
BATCH = 200

_COLUMNS = tuple(columns.TEXT_COLUMNS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Recleaned:
    """One text the policy had something to say about: whose, and what was removed."""

    of: str
    column: str
    removed: tuple[Removal, ...]


@dataclass(slots=True)
class Count:
    """How many rows were looked at, and how many of them changed."""

    seen: int = 0
    changed: int = 0


def reclean(count: Count, *, all_: bool = False) -> Iterator[Recleaned]:
    """Sanitises the texts of postings again, editors' too, and of all organizations.

    Those of an older policy, or all. Nothing is tidied: words, paragraphs and white
    space stay as they are. Cleaning happens outside of transactions; a text that was
    changed meanwhile is left for the next time. Cost: about 1.5 ms for 4 KB.
    """
    after = 0
    while rows := _texts(after, all_=all_):
        after = rows[-1].pk
        cleaned = [_cleaned(row, _COLUMNS) for row in rows]
        for row, texts in zip(rows, cleaned, strict=True):
            count.seen += 1
            count.changed += bool(texts)
            for column, text in texts.items():
                yield Recleaned(
                    of=f"posting {row.pk}", column=column, removed=text.removed
                )
        _store(rows, cleaned)
    for organization in Organization.objects.exclude(description="").iterator():
        for column, text in _cleaned(organization, ("description",)).items():
            yield Recleaned(
                of=f"organization {organization.pk}",
                column=column,
                removed=text.removed,
            )
            _store_description(organization, text.html)


def _texts(after: int, *, all_: bool) -> list[JobPostingTexts]:
    rows = JobPostingTexts.objects.filter(pk__gt=after).order_by("pk")
    if not all_:
        rows = rows.exclude(policy_version=POLICY_VERSION)
    return list(rows[:BATCH])


def _cleaned(
    row: JobPostingTexts | Organization, names: Sequence[str]
) -> dict[str, sanitise.Cleaned]:
    """The texts of a row that do not come back as they are."""
    found = {}
    for column in names:
        if text := getattr(row, column):
            cleaned = sanitise.sanitise(text)
            if cleaned.html != text:
                found[column] = cleaned
    return found


def _store(
    rows: Sequence[JobPostingTexts], cleaned: Sequence[dict[str, sanitise.Cleaned]]
) -> None:
    with transaction.atomic():
        DatabaseState.lock()
        stored = JobPostingTexts.objects.in_bulk([row.pk for row in rows])
        unmoved = [
            (row, texts)
            for row, texts in zip(rows, cleaned, strict=True)
            if row.pk in stored and _same(row, stored[row.pk])
        ]
        for row, texts in unmoved:
            row.policy_version = POLICY_VERSION
            for column, text in texts.items():
                setattr(row, column, text.html)
        JobPostingTexts.objects.bulk_update(
            [row for row, _ in unmoved], (*_COLUMNS, "policy_version")
        )
        changed = [(row, texts) for row, texts in unmoved if texts]
        if not changed:
            return
        revision = DatabaseState.draw(len(changed))
        postings = JobPosting.objects.in_bulk([row.pk for row, _ in changed])
        for position, (row, texts) in enumerate(changed):
            posting = postings[row.pk]
            posting.revision = revision + position
            if "description" in texts:
                posting.excerpt = sanitise.excerpt(row.description)
        JobPosting.objects.bulk_update(postings.values(), ("revision", "excerpt"))


def _same(one: JobPostingTexts, other: JobPostingTexts) -> bool:
    return all(getattr(one, column) == getattr(other, column) for column in _COLUMNS)


def _store_description(row: Organization, html: str) -> None:
    with transaction.atomic():
        DatabaseState.lock()
        Organization.objects.filter(pk=row.pk, description=row.description).update(
            description=html, revision=DatabaseState.draw()
        )
