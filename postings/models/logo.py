from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postings import schemaorg
from postings.models.organization import Organization


class Logo(models.Model):
    """What is known of an organization's logo, and the stored copy of it.

    `address` is the one asked last, `image` the WebP that pages show, empty where there
    never was one; its name is the organization's `logo_key`. `failure` is why the last
    attempt gave none, and empty where it did: a code, and a sentence as problems have
    it. No attempt is made before `due_at`.
    """

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="stored_logo"
    )
    address = models.CharField(_("address"), max_length=schemaorg.MAX_URL)
    image = models.BinaryField(default=b"")
    etag = models.CharField(max_length=1000, blank=True)
    last_modified = models.CharField(max_length=1000, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("asked again"))
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failure = models.JSONField(_("last failure"), default=dict, blank=True)

    class Meta:
        verbose_name = _("stored logo")
        verbose_name_plural = _("stored logos")

    def __str__(self) -> str:
        return f"logo of organization {self.pk}"
