from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from postings.admin.forms import ApplicantLocationForm, JobLocationForm
from postings.admin.reading import ListedAdmin
from postings.ingest import persist
from postings.models import ApplicantLocationRequirement, JobLocation


class ChildAdmin(ListedAdmin[Any]):
    """Places or areas of one posting as a list of their own, where they are many.

    Reached from the posting's form; every write marks the posting as edited.
    """

    property_name: str
    list_per_page = 50
    autocomplete_fields = ("posting",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        """A place belongs to its posting for good."""
        return ("posting",) if obj else ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: forms.ModelForm[Any],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        self._save(obj, persist.ChildEdits(saved=(obj,)))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._save(obj, persist.ChildEdits(deleted=(obj,)))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for child in queryset.select_related("posting"):
            self.delete_model(request, child)

    def _save(self, child: Any, edits: persist.ChildEdits) -> None:
        persist.save_edit(
            child.posting,
            changed=(),
            children={self.property_name: edits},
            now=timezone.now(),
        )


@admin.register(JobLocation)
class JobLocationAdmin(ChildAdmin):
    property_name = "jobLocation"
    form = JobLocationForm
    list_display = (
        "__str__",
        "postal_code",
        "address_region",
        "address_country",
        "position",
    )
    list_select_related = ("posting",)
    search_fields = ("address_locality", "address_region", "postal_code", "name")


@admin.register(ApplicantLocationRequirement)
class ApplicantLocationAdmin(ChildAdmin):
    property_name = "applicantLocationRequirements"
    form = ApplicantLocationForm
    list_display = ("__str__", "type", "address_country", "position")
    list_select_related = ("posting",)
    search_fields = ("name", "address_country")
