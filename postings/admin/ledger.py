from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from postings.models import ImportRecord, ImportRun, Source


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin[Source]):
    list_display = ("name", "slug", "url", "vanished_policy")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Source | None = None
    ) -> tuple[str, ...]:
        """A source is what its slug is: imports name it."""
        return ("slug",) if obj else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: Source | None = None
    ) -> bool:
        """Its postings and runs belong to it."""
        return False


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """What the import wrote can be read here and changed nowhere."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = (
        "__str__",
        "state",
        "documents",
        "created",
        "updated",
        "unchanged",
        "conflict",
        "rejected",
        "finished_at",
    )
    list_filter = ("state", "source")
    list_select_related = ("source",)
    readonly_fields = ("all_records",)

    @admin.display(description=_("records"))
    def all_records(self, run: ImportRun) -> str:
        return format_html(
            '<a href="{}?run__id__exact={}">{}</a>',
            reverse("admin:postings_importrecord_changelist"),
            run.pk,
            _("Records that were not simply unchanged"),
        )


@admin.register(ImportRecord)
class ImportRecordAdmin(ReadOnlyAdmin):
    list_display = ("locator", "outcome", "posting", "run", "first_problem")
    list_filter = ("outcome",)
    list_select_related = ("posting", "run", "run__source")
    search_fields = ("locator",)
    fields = ("run", "outcome", "locator", "posting", "listed_problems", "raw_text")
    readonly_fields = ("listed_problems", "raw_text")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "run__id__exact" or super().lookup_allowed(
            lookup, value, request
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from a run."""
        return False

    @admin.display(description=_("problem"))
    def first_problem(self, record: ImportRecord) -> str:
        return record.problems[0]["message"] if record.problems else ""

    @admin.display(description=_("problems"))
    def listed_problems(self, record: ImportRecord) -> str:
        if not record.problems:
            return "-"
        return format_html(
            "<ul>{}</ul>",
            format_html_join(
                "",
                "<li><strong>{}</strong> {}: {} {}</li>",
                (
                    (item["code"], item["locator"], item["message"], item["value"])
                    for item in record.problems
                ),
            ),
        )

    @admin.display(description=_("raw text"))
    def raw_text(self, record: ImportRecord) -> str:
        return format_html("<pre>{}</pre>", record.raw[:20_000]) if record.raw else "-"
