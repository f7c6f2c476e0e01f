from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postings.admin.ledger import state_said
from postings.admin.reading import ListedAdmin, listed, page
from postings.models import ImportRun, JobPosting, Source


@admin.register(Source)
class SourceAdmin(ListedAdmin[Source]):
    list_display = (
        "name",
        "slug",
        "open_postings",
        "last_run",
        "last_complete",
        "vanished_policy",
    )
    fields = (
        "slug",
        "name",
        "url",
        "vanished_policy",
        "open_postings",
        "last_run",
        "last_complete",
        "all_runs",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        """With the number of open postings and the latest run of each source."""
        now = timezone.now()
        of_source = JobPosting.objects.filter(source=OuterRef("pk")).order_by()
        latest = ImportRun.objects.order_by().values("source").annotate(Max("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                open_count=Subquery(
                    of_source.open(now)
                    .values("source")
                    .annotate(n=Count("pk"))
                    .values("n")
                ),
                completed_at=Max(
                    "runs__finished_at",
                    filter=Q(runs__complete=True, runs__kind=ImportRun.Kind.IMPORT),
                ),
            )
            .prefetch_related(
                Prefetch(
                    "runs",
                    ImportRun.objects.filter(pk__in=latest.values("pk__max")),
                    to_attr="latest",
                )
            )
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Source | None = None
    ) -> tuple[str, ...]:
        """A source is what its slug is: imports name it."""
        shown = ("open_postings", "last_run", "last_complete", "all_runs")
        return ("slug", *shown) if obj else shown

    def has_delete_permission(
        self, request: HttpRequest, obj: Source | None = None
    ) -> bool:
        """Its postings and runs belong to it."""
        return False

    @admin.display(description=_("open postings"))
    def open_postings(self, source: Any) -> str:
        if source._state.adding:
            return "-"
        address = listed("jobposting", source__id__exact=source.pk, state="open")
        return format_html('<a href="{}">{}</a>', address, source.open_count or 0)

    @admin.display(description=_("last run"))
    def last_run(self, source: Any) -> str:
        if source._state.adding or not source.latest:
            return "-"
        run: ImportRun = source.latest[0]
        return format_html(
            '<a href="{}">{}</a> {}',
            page("importrun", run.pk),
            date_format(timezone.localtime(run.started_at), "DATETIME_FORMAT"),
            state_said(run),
        )

    @admin.display(description=_("last complete"))
    def last_complete(self, source: Any) -> str:
        if source._state.adding or source.completed_at is None:
            return "-"
        return date_format(timezone.localtime(source.completed_at), "DATETIME_FORMAT")

    @admin.display(description=_("runs"))
    def all_runs(self, source: Source) -> str:
        if source._state.adding:
            return "-"
        address = listed("importrun", source__id__exact=source.pk)
        return format_html('<a href="{}">{}</a>', address, gettext("All runs"))
