from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from postings import schemaorg
from postings.fields import CompressedJSONField, SanitisedHTMLField, TextListField
from postings.models.organization import Organization
from postings.models.source import Source

MAX_TEXT, MAX_URL = schemaorg.MAX_TEXT, schemaorg.MAX_URL


class State(StrEnum):
    """What a posting is at an instant; the first that applies, in this order."""

    DELETED = "deleted"
    HIDDEN = "hidden"
    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    OPEN = "open"


def _state_conditions(at: datetime) -> dict[State, Q]:
    """Each state's own condition, apart from those that come before it."""
    return {
        State.DELETED: Q(deleted_at__isnull=False),
        State.HIDDEN: Q(hidden=True),
        State.DRAFT: Q(published_at__isnull=True) | Q(published_at__gt=at),
        State.WITHDRAWN: Q(withdrawn_at__isnull=False),
        State.CLOSED: Q(valid_through__lt=at),
    }


_UNITS = ("", *(unit.value for unit in schemaorg.UnitText))
_NOT_RETIRED = Q(deleted_at__isnull=True, hidden=False, withdrawn_at__isnull=True)


_ON_CARDS = (
    "title", "excerpt", "in_language",
    "hiring_organization__name", "hiring_organization__logo_key",
    "job_location_type", "places_label", "places_country", "places_count", "areas_count",
    "employment_type", "employment_type_text",
    *(f"{name}{part}" for name in ("date_posted", "valid_through")
      for part in ("", "_has_time", "_zone", "_zone_source")),
    *(f"{name}{part}" for name in ("base_salary", "estimated_salary")
      for part in ("_min_value", "_max_value", "_currency", "_unit_text", "_text")),
    "base_salary_yearly_min_value", "base_salary_yearly_max_value",
    "posted_at", "published_at", "withdrawn_at", "hidden", "deleted_at",
)  # fmt: skip


class JobPostingQuerySet(models.QuerySet["JobPosting"]):
    """The words of the domain; `at` is an aware instant, so tests need no clock."""

    def open(self, at: datetime) -> Self:
        """What the list, the markup and the apply link are for."""
        return self.filter(_NOT_RETIRED, published_at__lte=at).filter(
            Q(valid_through__isnull=True) | Q(valid_through__gte=at)
        )

    def visible(self, at: datetime) -> Self:
        """Open, closed or withdrawn: whatever has a page that answers 200."""
        return self.filter(deleted_at__isnull=True, hidden=False, published_at__lte=at)

    def in_state(self, state: State, at: datetime) -> Self:
        """The twin of `JobPosting.state(at)`."""
        found = self
        for earlier, condition in _state_conditions(at).items():
            if earlier is state:
                return found.filter(condition)
            found = found.exclude(condition)
        return found

    def employers(self) -> models.QuerySet[Organization]:
        """The organizations that have any of these. Cost: a look for each there is."""
        theirs = self.filter(hiring_organization=OuterRef("pk"))
        return Organization.objects.filter(Exists(theirs))

    def newest_first(self) -> Self:
        return self.order_by("-posted_at", "-id")

    def for_cards(self, ids: Sequence[int]) -> list[JobPosting]:
        """The postings of these ids in their order, with what a card shows.

        Cost: one query, of the columns a card shows; each other is a query more.
        """
        found = self.select_related("hiring_organization").only(*_ON_CARDS)
        rows = found.in_bulk(list(ids))
        return [rows[pk] for pk in ids if pk in rows]


class JobPosting(models.Model):
    """A schema.org JobPosting: a field for every property, and our bookkeeping.

    Wide things live in `texts` (sanitised HTML) and `node` (as received), places in
    `job_location` and `applicant_location_requirements`. Written by
    `postings.ingest.persist` alone.
    """

    title = models.CharField(_("title"), max_length=MAX_TEXT)
    name = models.CharField(_("name"), max_length=MAX_TEXT, blank=True)
    alternate_name = TextListField(_("alternate names"))
    url = models.CharField(_("address"), max_length=MAX_URL, blank=True)
    same_as = TextListField(_("same as"))
    image = models.CharField(_("image"), max_length=MAX_URL, blank=True)
    identifier = models.CharField(_("identifier"), max_length=MAX_TEXT, blank=True)
    identifier_name = models.CharField(
        _("identifier issued by"), max_length=MAX_TEXT, blank=True
    )
    identifier_property_id = models.CharField(
        _("identifier scheme"), max_length=MAX_TEXT, blank=True
    )

    hiring_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
        verbose_name=_("hiring organization"),
    )
    employment_unit = models.CharField(
        _("employment unit"), max_length=MAX_TEXT, blank=True
    )

    date_posted = models.DateTimeField(_("date posted"), null=True, blank=True)
    date_posted_has_time = models.BooleanField(_("with time of day"), default=True)
    date_posted_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    date_posted_zone_source = models.CharField(
        _("time zone known from"), max_length=12, blank=True
    )
    valid_through = models.DateTimeField(_("valid through"), null=True, blank=True)
    valid_through_has_time = models.BooleanField(_("with time of day"), default=True)
    valid_through_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    valid_through_zone_source = models.CharField(
        _("time zone known from"), max_length=12, blank=True
    )
    job_start_date = models.DateField(_("job start date"), null=True, blank=True)
    job_start_date_text = models.CharField(
        _("job start, as written"), max_length=MAX_TEXT, blank=True
    )
    job_immediate_start = models.BooleanField(_("immediate start"), null=True)
    job_duration = models.CharField(_("job duration"), max_length=MAX_TEXT, blank=True)

    job_location_type = models.CharField(
        _("job location type"),
        max_length=20,
        blank=True,
        choices=[(schemaorg.JobLocationType.TELECOMMUTE.value, _("Remote"))],
    )
    job_location_type_text = models.CharField(
        _("job location type, as written"), max_length=MAX_TEXT, blank=True
    )

    employment_type = TextListField(_("employment type"))
    employment_type_text = TextListField(_("employment type, as written"))
    work_hours = models.CharField(_("work hours"), max_length=MAX_TEXT, blank=True)

    base_salary_min_value = models.DecimalField(
        _("pay from"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    base_salary_max_value = models.DecimalField(
        _("pay to"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    base_salary_currency = models.CharField(_("currency"), max_length=3, blank=True)
    base_salary_unit_text = models.CharField(_("a unit"), max_length=5, blank=True)
    base_salary_text = models.CharField(
        _("pay, as written"), max_length=MAX_TEXT, blank=True
    )
    base_salary_yearly_min_value = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, editable=False
    )
    base_salary_yearly_max_value = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, editable=False
    )
    estimated_salary_min_value = models.DecimalField(
        _("estimated pay from"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    estimated_salary_max_value = models.DecimalField(
        _("estimated pay to"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    estimated_salary_currency = models.CharField(
        _("currency"), max_length=3, blank=True
    )
    estimated_salary_unit_text = models.CharField(_("a unit"), max_length=5, blank=True)
    estimated_salary_text = models.CharField(
        _("estimated pay, as written"), max_length=MAX_TEXT, blank=True
    )
    salary_currency = models.CharField(_("salary currency"), max_length=3, blank=True)

    skills = TextListField(_("skills"))
    credential_category = TextListField(_("education"))
    months_of_experience = models.PositiveIntegerField(
        _("months of experience"), null=True, blank=True
    )
    experience_in_place_of_education = models.BooleanField(
        _("experience in place of education"), null=True
    )
    physical_requirement = TextListField(_("physical requirements"))
    sensory_requirement = TextListField(_("sensory requirements"))
    security_clearance_requirement = TextListField(_("security clearance"))
    special_commitments = TextListField(_("special commitments"))
    industry = TextListField(_("industry"))
    occupational_category = TextListField(_("occupational category"))
    relevant_occupation = models.CharField(
        _("relevant occupation"), max_length=MAX_TEXT, blank=True
    )
    total_job_openings = models.PositiveIntegerField(
        _("openings"), null=True, blank=True, validators=(MinValueValidator(1),)
    )

    application_contact_name = models.CharField(
        _("contact"), max_length=MAX_TEXT, blank=True
    )
    application_contact_type = models.CharField(
        _("kind of contact"), max_length=MAX_TEXT, blank=True
    )
    application_contact_telephone = models.CharField(
        _("telephone"), max_length=MAX_TEXT, blank=True
    )
    application_contact_email = models.CharField(
        _("e-mail"), max_length=MAX_TEXT, blank=True
    )
    application_contact_url = models.CharField(
        _("contact page"), max_length=MAX_URL, blank=True
    )
    direct_apply = models.BooleanField(_("direct apply"), null=True)
    in_language = models.CharField(_("language"), max_length=35, blank=True)
    in_language_source = models.CharField(
        _("language known from"), max_length=10, blank=True
    )

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="postings", verbose_name=_("source")
    )
    node_hash = models.CharField(max_length=64, blank=True, editable=False)
    reader_version = models.PositiveIntegerField(default=0, editable=False)
    edited_fields = TextListField(_("edited fields"), editable=False)
    first_seen = models.DateTimeField(_("first seen"), editable=False)
    posted_at = models.DateTimeField(editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_reason = models.CharField(
        _("why withdrawn"), max_length=MAX_TEXT, blank=True
    )
    hidden = models.BooleanField(_("hidden"), default=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    revision = models.BigIntegerField(default=0, editable=False, db_index=True)
    places_label = models.CharField(max_length=MAX_TEXT, blank=True, editable=False)
    places_country = models.CharField(max_length=2, blank=True, editable=False)
    places_count = models.PositiveIntegerField(default=0, editable=False)
    areas_count = models.PositiveIntegerField(default=0, editable=False)
    excerpt = models.CharField(max_length=300, blank=True, editable=False)

    objects = JobPostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("job posting")
        verbose_name_plural = _("job postings")
        indexes = (
            # The list, and the admin's: newest first.
            models.Index(fields=("-posted_at", "-id"), name="posting_newest"),
            # An organization's page: its postings, newest first.
            models.Index(
                fields=("hiring_organization", "-posted_at", "-id"),
                name="posting_organization_newest",
            ),
            # An import skips a record it already holds by this.
            models.Index(fields=("source", "node_hash"), name="posting_source_hash"),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(title=""), name="posting_has_title"),
            models.CheckConstraint(
                condition=Q(base_salary_min_value__isnull=True)
                | Q(base_salary_max_value__isnull=True)
                | Q(base_salary_min_value__lte=F("base_salary_max_value")),
                name="posting_pay_in_order",
                violation_error_message=_("Pay starts above where it ends."),
            ),
            models.CheckConstraint(
                condition=Q(estimated_salary_min_value__isnull=True)
                | Q(estimated_salary_max_value__isnull=True)
                | Q(estimated_salary_min_value__lte=F("estimated_salary_max_value")),
                name="posting_estimated_pay_in_order",
                violation_error_message=_("Estimated pay starts above where it ends."),
            ),
            models.CheckConstraint(
                condition=Q(base_salary_unit_text__in=_UNITS)
                & Q(estimated_salary_unit_text__in=_UNITS),
                name="posting_units_known",
            ),
            models.CheckConstraint(
                condition=Q(total_job_openings__isnull=True)
                | Q(total_job_openings__gte=1),
                name="posting_openings_positive",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_reason=""),
                name="posting_reason_only_when_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(
                    job_location_type__in=(
                        "",
                        schemaorg.JobLocationType.TELECOMMUTE.value,
                    )
                ),
                name="posting_location_type_known",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("posting", args=(self.pk, self.slug))

    @property
    def slug(self) -> str:
        return slugify(self.title)[:80].strip("-") or "job"

    def state(self, at: datetime) -> State:
        """What the posting is at an aware instant, for every surface of the site."""
        if self.deleted_at is not None:
            return State.DELETED
        if self.hidden:
            return State.HIDDEN
        if self.published_at is None or self.published_at > at:
            return State.DRAFT
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if self.valid_through is not None and self.valid_through < at:
            return State.CLOSED
        return State.OPEN

    @property
    def workplace(self) -> schemaorg.Workplace:
        return schemaorg.workplace(
            remote=self.job_location_type == schemaorg.JobLocationType.TELECOMMUTE,
            places=self.places_count,
        )


class JobPostingTexts(models.Model):
    """A posting's long texts, sanitised; `policy_version` says by which policy."""

    posting = models.OneToOneField(
        JobPosting, models.CASCADE, primary_key=True, related_name="texts"
    )
    description = SanitisedHTMLField(_("description"), blank=True)
    employer_overview = SanitisedHTMLField(_("employer overview"), blank=True)
    responsibilities = SanitisedHTMLField(_("responsibilities"), blank=True)
    qualifications = SanitisedHTMLField(_("qualifications"), blank=True)
    education_requirements = SanitisedHTMLField(_("education requirements"), blank=True)
    experience_requirements = SanitisedHTMLField(
        _("experience requirements"), blank=True
    )
    eligibility_to_work_requirement = SanitisedHTMLField(
        _("eligibility to work"), blank=True
    )
    job_benefits = SanitisedHTMLField(_("benefits"), blank=True)
    incentive_compensation = SanitisedHTMLField(_("bonus and commission"), blank=True)
    policy_version = models.PositiveIntegerField(editable=False)

    class Meta:
        verbose_name = _("texts of a posting")
        verbose_name_plural = _("texts of postings")

    def __str__(self) -> str:
        return f"texts of posting {self.pk}"


class JobPostingNode(models.Model):
    """The source node as received, and what else the reader was told about it."""

    posting = models.OneToOneField(
        JobPosting, models.CASCADE, primary_key=True, related_name="node"
    )
    data = CompressedJSONField()
    page = models.CharField(max_length=MAX_URL, blank=True)
    language = models.CharField(max_length=35, blank=True)
    address = models.CharField(max_length=MAX_URL, blank=True)

    class Meta:
        verbose_name = _("node of a posting")
        verbose_name_plural = _("nodes of postings")

    def __str__(self) -> str:
        return f"node of posting {self.pk}"


class JobLocation(models.Model):
    """A posting's Place with its PostalAddress and coordinates; see `Place`."""

    posting = models.ForeignKey(JobPosting, models.CASCADE, related_name="job_location")
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=MAX_TEXT, blank=True)
    address = models.CharField(_("address as text"), max_length=MAX_TEXT, blank=True)
    street_address = models.CharField(_("street"), max_length=MAX_TEXT, blank=True)
    extended_address = models.CharField(
        _("address extension"), max_length=MAX_TEXT, blank=True
    )
    post_office_box_number = models.CharField(
        _("P.O. box"), max_length=MAX_TEXT, blank=True
    )
    postal_code = models.CharField(_("postal code"), max_length=MAX_TEXT, blank=True)
    address_locality = models.CharField(_("town"), max_length=MAX_TEXT, blank=True)
    address_region = models.CharField(_("region"), max_length=MAX_TEXT, blank=True)
    address_country = models.CharField(_("country"), max_length=2, blank=True)
    address_country_text = models.CharField(
        _("country, as written"), max_length=MAX_TEXT, blank=True
    )
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=(MinValueValidator(-90), MaxValueValidator(90)),
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=(MinValueValidator(-180), MaxValueValidator(180)),
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("position", "id")
        indexes = (
            models.Index(fields=("address_country", "posting"), name="place_country"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_coordinates_in_range",
                violation_error_message=_(
                    "Give both latitude and longitude of a point on earth, or neither."
                ),
            ),
        )

    def __str__(self) -> str:
        parts = (self.name, self.address_locality, self.address_country, self.address)
        return ", ".join(part for part in parts if part) or str(_("place"))


class ApplicantLocationRequirement(models.Model):
    """An area applicants may live in; see `Area`."""

    posting = models.ForeignKey(
        JobPosting, models.CASCADE, related_name="applicant_location_requirements"
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    type = models.CharField(
        _("type"),
        max_length=20,
        choices=[(kind.value, kind.value) for kind in schemaorg.AreaType],
        default=schemaorg.AreaType.COUNTRY.value,
    )
    name = models.CharField(_("name"), max_length=MAX_TEXT, blank=True)
    address_country = models.CharField(_("country"), max_length=2, blank=True)

    class Meta:
        verbose_name = _("applicant location")
        verbose_name_plural = _("applicant locations")
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(address_country=""),
                name="applicant_location_says_something",
                violation_error_message=_("Name an area or a country."),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.address_country
