from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from postings.admin.forms import OrganizationForm
from postings.ingest import persist
from postings.models import Organization


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    form = OrganizationForm
    list_display = ("name", "url", "edits")
    search_fields = ("name", "folded_name")
    show_full_result_count = False
    readonly_fields = ("edits",)
    fields = (
        "name",
        "legal_name",
        "alternate_name",
        "description",
        "url",
        "same_as",
        "logo",
        "image",
        "telephone",
        "email",
        "edits",
    )

    @admin.display(description=_("edited, kept by every import"))
    def edits(self, row: Organization) -> str:
        return ", ".join(row.edited_fields) or "-"

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
