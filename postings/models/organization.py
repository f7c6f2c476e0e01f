from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from postings import schemaorg
from postings.fields import SanitisedHTMLField, TextListField


class Organization(models.Model):
    """A schema.org Organization that hires: one row by folded name.

    `logo` is the address its source gives; pages never use it. `logo_key` names the
    stored copy, by a hash of its bytes, and is empty where there is none.
    """

    name = models.CharField(_("name"), max_length=schemaorg.MAX_TEXT)
    folded_name = models.CharField(
        max_length=schemaorg.MAX_TEXT, unique=True, editable=False
    )
    legal_name = models.CharField(
        _("legal name"), max_length=schemaorg.MAX_TEXT, blank=True
    )
    alternate_name = TextListField(_("alternate names"))
    url = models.CharField(_("web site"), max_length=schemaorg.MAX_URL, blank=True)
    same_as = TextListField(_("same as"))
    logo = models.CharField(_("logo"), max_length=schemaorg.MAX_URL, blank=True)
    image = models.CharField(_("image"), max_length=schemaorg.MAX_URL, blank=True)
    description = SanitisedHTMLField(_("description"), blank=True)
    telephone = models.CharField(
        _("telephone"), max_length=schemaorg.MAX_TEXT, blank=True
    )
    email = models.CharField(_("e-mail"), max_length=schemaorg.MAX_TEXT, blank=True)

    value_sources = models.JSONField(default=dict, blank=True, editable=False)
    edited_fields = TextListField(_("edited fields"), editable=False)
    revision = models.BigIntegerField(default=0, editable=False, db_index=True)
    logo_key = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ("folded_name",)
        indexes = (
            # A stored logo is asked for by its name.
            models.Index(fields=("logo_key",), name="organization_logo_key"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(folded_name=""), name="organization_has_name"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organization", args=(self.pk, self.slug))

    @property
    def logo_url(self) -> str:
        """Where the stored logo is; empty where there is none. Never changes its bytes."""
        return reverse("logo", args=(self.logo_key,)) if self.logo_key else ""

    @property
    def slug(self) -> str:
        return slugify(self.name)[:80].strip("-") or "organization"


class OrganizationKey(models.Model):
    """What feeds call an organization: a folded name, or an address that is its own.

    Through it two names with one address are one organization, and stay so.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("folded name")
        ADDRESS = "address", _("address")

    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=schemaorg.MAX_TEXT)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="keys")

    class Meta:
        verbose_name = _("organization key")
        verbose_name_plural = _("organization keys")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "value"), name="organization_key_is_unique"
            ),
            models.CheckConstraint(
                condition=~Q(value=""), name="organization_key_has_value"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
