"""Stored copies of employers' logos, and what became of asking for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from postings.ingest.persist.edits import touch
from postings.ingest.report import Code, Sentence
from postings.ingest.web import Validators
from postings.models import DatabaseState, JobPosting, Logo, Organization

#: How long a stored logo is taken for today's.
FRESH = timedelta(days=30)

#: How long after a first failure a logo is asked for again; each further one doubles it.
FIRST, LONGEST = timedelta(days=1), timedelta(days=64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """A logo that is to be asked for.

    `validators` are of the copy that is stored, `failures` those in a row at this
    address.
    """

    organization: int
    name: str
    address: str
    validators: Validators = field(default_factory=Validators)
    failures: int = 0


def logos_due(
    now: datetime, *, again: bool = False, limit: int | None = None
) -> list[int]:
    """Organizations whose logo is to be asked for, those never asked for first.

    They have a logo's address and a posting with a page. An address that is new is due,
    a stored logo after a month, a failure after a time that grows; all are with `again`.
    """
    due = (
        Q(stored_logo__isnull=True)
        | ~Q(stored_logo__address=F("logo"))
        | Q(stored_logo__due_at__lte=now)
    )
    shown = JobPosting.objects.visible(now).filter(hiring_organization=OuterRef("pk"))
    found = (
        Organization.objects.exclude(logo="")
        .filter(Exists(shown))
        .order_by(F("stored_logo__due_at").asc(nulls_first=True), "pk")
    )
    if not again:
        found = found.filter(due)
    return list(found.values_list("pk", flat=True)[:limit])


def sought(organization: int) -> Sought | None:
    """What to ask for, as things are now; None where there is no address any more."""
    row = (
        Organization.objects.select_related("stored_logo")
        .defer("stored_logo__image")
        .filter(pk=organization)
        .exclude(logo="")
        .first()
    )
    if row is None:
        return None
    known = getattr(row, "stored_logo", None)
    if known is None or known.address != row.logo:
        return Sought(organization=row.pk, name=row.name, address=row.logo)
    return Sought(
        organization=row.pk,
        name=row.name,
        address=row.logo,
        validators=Validators(etag=known.etag, last_modified=known.last_modified),
        failures=known.failures,
    )


def keep_logo(
    asked: Sought, image: bytes | None, *, validators: Validators, now: datetime
) -> bool:
    """Stores a logo, or notes that the stored one still holds (None); whether it is new.

    The organization and its postings then have a new revision, since their pages show
    it. Nothing is stored where the address has changed meanwhile.
    """
    with transaction.atomic():
        DatabaseState.lock()
        row = _still(asked)
        if row is None:
            return False
        values = {
            "address": asked.address,
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "asked_at": now,
            "due_at": now + FRESH,
            "failures": 0,
            "failure": {},
        }
        if image is None:
            Logo.objects.filter(organization=row).update(**values)
            return False
        Logo.objects.update_or_create(
            organization=row, defaults=values | {"image": image}
        )
        return _shown(row, hashlib.sha256(image).hexdigest()[:32])


def logo_failed(asked: Sought, code: Code, message: Sentence, *, now: datetime) -> None:
    """Remembers why there is no logo, or none newer than the stored one.

    It counts once for what is `asked`, however often it is said. Nothing is noted where
    the address has changed meanwhile.
    """
    with transaction.atomic():
        DatabaseState.lock()
        row = _still(asked)
        if row is None:
            return
        Logo.objects.update_or_create(
            organization=row,
            defaults={
                "address": asked.address,
                # Empty where they would be of what stood at another address.
                "etag": asked.validators.etag,
                "last_modified": asked.validators.last_modified,
                "asked_at": now,
                "due_at": now + min(FIRST * 2 ** min(asked.failures, 10), LONGEST),
                "failures": asked.failures + 1,
                "failure": {"code": str(code), **message.as_json()},
            },
        )


def drop_logos() -> int:
    """Takes stored logos from organizations that have no address of one; how many."""
    gone = Logo.objects.filter(organization__logo="").values_list("pk", flat=True)
    dropped = 0
    for pk in list(gone.order_by("pk")):
        with transaction.atomic():
            DatabaseState.lock()
            row = Organization.objects.filter(pk=pk, logo="").first()
            if row is not None:
                Logo.objects.filter(organization=row).delete()
                dropped += _shown(row, "")
    return dropped


def _still(asked: Sought) -> Organization | None:
    return Organization.objects.filter(
        pk=asked.organization, logo=asked.address
    ).first()


def _shown(row: Organization, key: str) -> bool:
    """Makes pages show another logo; whether it is another."""
    if row.logo_key == key:
        return False
    row.logo_key = key
    row.revision = DatabaseState.draw()
    row.save(update_fields=("logo_key", "revision"))
    touch(JobPosting.objects.filter(hiring_organization=row))
    return True
