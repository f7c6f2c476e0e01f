"""Rows with fixed, boring values, written to the models directly.

Each function takes the columns that matter to a test; the others are the same always.
What a card shows of places (`places_count` and its like) is computed as an import
computes it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from postings import schemaorg
from postings.models import (
    ApplicantLocationRequirement,
    DatabaseState,
    JobLocation,
    JobPosting,
    JobPostingTexts,
    Organization,
    OrganizationKey,
    Source,
)
from postings.models.columns import (
    TEXT_COLUMNS,
    card_columns,
    child_columns,
)
from postings.sanitise import POLICY_VERSION, excerpt

#: The instant tests call now: a Monday, 12:00 in Berlin. Pages have a clock of their
#: own, for which it is long ago: what must be open there closes in `FAR`.
NOW = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)
FAR = datetime(2999, 1, 1, tzinfo=UTC)

BERLIN = schemaorg.Place(address_locality="Berlin", address_country="DE")
PARIS = schemaorg.Place(address_locality="Paris", address_country="FR")
GERMANY = schemaorg.Area(type=schemaorg.AreaType.COUNTRY, address_country="DE")

_TEXTS = set(TEXT_COLUMNS.values())


def make_source(slug: str = "files", **columns: Any) -> Source:
    return Source.objects.get_or_create(
        slug=slug, defaults={"name": slug.capitalize(), **columns}
    )[0]


def make_organization(
    name: str = "Fern & Co-operative", **columns: Any
) -> Organization:
    row, made = Organization.objects.get_or_create(
        folded_name=columns.pop("folded_name", name.casefold()),
        defaults={"name": name, **columns},
    )
    if made:
        row.keys.create(kind=OrganizationKey.Kind.NAME, value=row.folded_name)
    return row


def make_posting(
    *,
    organization: Organization | str | None = "Fern & Co-operative",
    places: Sequence[schemaorg.Place] = (BERLIN,),
    areas: Sequence[schemaorg.Area] = (),
    source: Source | None = None,
    **columns: Any,
) -> JobPosting:
    """An open posting two days old, full-time in Berlin, that never closes.

    `columns` are those of `JobPosting` and of its texts, by name; `posted_at` follows
    `date_posted`, else `first_seen`.
    """
    if isinstance(organization, str):
        organization = make_organization(organization)
    texts = {name: columns.pop(name) for name in _TEXTS & columns.keys()}
    texts.setdefault(
        "description", "<p>You write programs and the letters about them.</p>"
    )
    values: dict[str, Any] = {
        "title": "Backend developer",
        "hiring_organization": organization,
        "source": source or make_source(),
        "employment_type": ["FULL_TIME"],
        "date_posted": NOW - timedelta(days=2),
        "date_posted_zone": "Europe/Berlin",
        "date_posted_zone_source": "offset",
        "valid_through_zone": "Europe/Berlin",
        "valid_through_zone_source": "offset",
        "first_seen": NOW - timedelta(days=1),
        "published_at": NOW - timedelta(days=1),
        "in_language": "en",
        "in_language_source": "stated",
        "excerpt": excerpt(texts["description"]),
        **card_columns(
            schemaorg.Posting(
                title="any",
                job_location=tuple(places),
                applicant_location_requirements=tuple(areas),
            )
        ),
        **columns,
    }
    values.setdefault("posted_at", values["date_posted"] or values["first_seen"])
    for prefix in ("date_posted", "valid_through"):
        if values.get(prefix) is None:
            values |= {f"{prefix}_zone": "", f"{prefix}_zone_source": ""}
    for end in ("min", "max"):
        amount = values.get(f"base_salary_{end}_value")
        unit = values.get("base_salary_unit_text")
        if amount is not None and unit:
            values[f"base_salary_yearly_{end}_value"] = (
                amount * schemaorg.UNITS_A_YEAR[schemaorg.UnitText(unit)]
            )
    if "revision" not in values:
        # As every writer does: an index that is there already finds it by that.
        DatabaseState.identity()
        values["revision"] = DatabaseState.draw()
    posting = JobPosting.objects.create(**values)
    JobPostingTexts.objects.create(
        posting=posting, policy_version=POLICY_VERSION, **texts
    )
    JobLocation.objects.bulk_create(
        JobLocation(posting=posting, position=position, **child_columns(place))
        for position, place in enumerate(places)
    )
    ApplicantLocationRequirement.objects.bulk_create(
        ApplicantLocationRequirement(
            posting=posting, position=position, **child_columns(area)
        )
        for position, area in enumerate(areas)
    )
    return posting


def make_closed_posting(**columns: Any) -> JobPosting:
    """A posting that closed ten days ago."""
    return make_posting(**{"valid_through": NOW - timedelta(days=10)} | columns)
