from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from postings.admin.forms import OrganizationForm
from postings.admin.problems import words
from postings.admin.reading import ListedAdmin
from postings.ingest import persist
from postings.models import Logo, Organization


@admin.register(Organization)
class OrganizationAdmin(ListedAdmin[Organization]):
    form = OrganizationForm
    list_display = ("name", "url", "edits")
    search_fields = ("name", "folded_name")
    readonly_fields = ("stored", "edits")
    fields = (
        "name",
        "legal_name",
        "alternate_name",
        "description",
        "url",
        "same_as",
        "logo",
        "stored",
        "image",
        "telephone",
        "email",
        "edits",
    )

    @admin.display(description=_("edited, kept by every import"))
    def edits(self, row: Organization) -> str:
        return ", ".join(row.edited_fields) or "-"

    @admin.display(description=_("stored logo"))
    def stored(self, row: Organization) -> SafeString:
        """The copy pages show, and how the last attempt to fetch it went."""
        known = Logo.objects.filter(organization=row.pk).defer("image").first()
        if known is None:
            return SafeString("-")
        asked = date_format(localtime(known.asked_at), "SHORT_DATETIME_FORMAT")
        again = date_format(localtime(known.due_at), "SHORT_DATETIME_FORMAT")
        if known.failure:
            said = _(
                "Asked for on %(asked)s without success, %(failures)s in a row: "
                "%(failure)s Asked for again from %(again)s on."
            )
        else:
            said = _("Fetched on %(asked)s. Asked for again from %(again)s on.")
        sentence = said % {
            "asked": asked,
            "again": again,
            "failures": known.failures,
            "failure": f"{known.failure.get('code')}: {words(known.failure)}",
        }
        picture = row.logo_url and format_html(
            '<img class="stored-logo" src="{}" alt="{}">', row.logo_url, row.name
        )
        return format_html("{} {}", picture, sentence)

    def has_delete_permission(
        self, request: HttpRequest, obj: Organization | None = None
    ) -> bool:
        """Feeds would bring it back at once; its postings can be deleted."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Organization,
        form: forms.ModelForm[Any],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        persist.save_organization_edit(obj, changed=form.changed_data)
