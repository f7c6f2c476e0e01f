"""Runs: how each went, what it met, and the button that takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from postings.admin.problems import counted, explained, severity_said, shown, words
from postings.admin.reading import (
    ReadOnlyAdmin,
    editor,
    listed,
    may_write_postings,
    page,
)
from postings.ingest import persist
from postings.ingest.report import Outcome, Severity
from postings.models import ImportConflict, ImportRecord, ImportRun
from postings.problems import Explained
from postings.search import index


def state_said(run: ImportRun) -> str:
    """The state of a run in a word; one that was killed is interrupted."""
    return str(ImportRun.State(persist.state_of(run)).label)


@dataclass(frozen=True, slots=True)
class Group:
    """The problems of one severity and code in a run."""

    severity: str
    code: str
    count: int
    first: dict[str, str]
    explained: Explained | None
    records: str


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Taken back by whoever may change both runs and postings."""

    list_display = (
        "__str__",
        "kind",
        "state_now",
        "documents",
        "became",
        "waiting",
        "took",
    )
    list_filter = ("kind", "state", "source")
    list_select_related = ("source",)
    fields = (
        "source",
        "kind",
        "undone_or_undoes",
        "state_now",
        "whole",
        ("started_at", "took"),
        "who",
        "command_line",
        "reader_version",
    )
    readonly_fields = ("undone_or_undoes", "state_now", "whole", "took", "who")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        """With how many of its conflicts and rejections still wait."""
        conflicts = ImportConflict.objects.filter(
            record__run=OuterRef("pk"),
            record__outcome=Outcome.CONFLICT.value,  # an index finds them by it
            resolution=ImportConflict.Resolution.OPEN,
        )
        rejections = ImportRecord.objects.waiting().filter(run=OuterRef("pk"))
        runs: QuerySet[ImportRun] = super().get_queryset(request)
        return runs.select_related("source", "user", "undoes").annotate(
            open_conflicts=_number_of(conflicts, "record__run"),
            open_rejections=_number_of(rejections, "run"),
        )

    def has_undo_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return may_write_postings(request) and user.has_perm(
            "postings.change_importrun"
        )

    # --- Reading

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, run: ImportRun) -> str:
        return state_said(run)

    @admin.display(description=_("took"))
    def took(self, run: ImportRun) -> str:
        if run.finished_at is None:
            return "-"
        seconds = (run.finished_at - run.started_at).total_seconds()
        if seconds < _MINUTE:
            return gettext("%(seconds)s s") % {"seconds": number_format(seconds, 1)}
        minutes, seconds = divmod(round(seconds), 60)
        return gettext("%(minutes)d min %(seconds)d s") % {
            "minutes": minutes,
            "seconds": seconds,
        }

    @admin.display(description=_("records"))
    def became(self, run: ImportRun) -> str:
        return ", ".join(said for said, _address in _outcomes(run)) or "-"

    @admin.display(description=_("waiting for somebody"))
    def waiting(self, run: ImportRun) -> str:
        links = [(address, said) for said, address in _waiting(run)]
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "-"

    @admin.display(description=_("who"))
    def who(self, run: ImportRun) -> str:
        if run.user is not None:
            return gettext("%(user)s, in the admin") % {"user": run.user}
        return run.operator or "-"

    @admin.display(description=_("complete"))
    def whole(self, run: ImportRun) -> str:
        if run.complete:
            return gettext("Yes: every document was read and every record accepted.")
        if run.kind != ImportRun.Kind.IMPORT:
            return gettext("No: it was no import of all there is.")
        if persist.state_of(run) != ImportRun.State.FINISHED:
            return gettext("No: it has not come to its end.")
        if run.rejected:
            count = ngettext(
                "No: %d record was rejected.",
                "No: %d records were rejected.",
                run.rejected,
            )
            return count % run.rejected
        return gettext("No: the remarks say why.") if run.remarks else gettext("No.")

    @admin.display(description=_("undoing"))
    def undone_or_undoes(self, run: ImportRun) -> str:
        """The run it takes back, and those that took it back."""
        said = [(gettext("Undoes"), run.undoes)] if run.undoes else []
        undone = run.undone_by.filter(state=ImportRun.State.FINISHED)
        said += [(gettext("Undone by"), by) for by in undone.select_related("source")]
        return (
            format_html_join(
                ", ",
                '{} <a href="{}">{} {}</a>',
                (
                    (how, page("importrun", by.pk), gettext("run"), by.pk)
                    for how, by in said
                ),
            )
            or "-"
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run: Any = self.get_object(request, object_id)
        context: dict[str, Any] = {"title": _("Import run")}
        if run is not None:
            context |= {
                "run": run,
                "outcomes": _outcomes(run),
                "groups": _groups(run),
                "remarks": [shown(remark) for remark in run.remarks],
                "waiting": _waiting(run),
                "may_undo": self.has_undo_permission(request),
            }
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    # --- Taking back

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/undo/",
            self.admin_site.admin_view(self.undo_view),
            name="postings_importrun_undo",
        )
        return [own, *super().get_urls()]

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks, and says what would happen; POST does it."""
        if not self.has_undo_permission(request):
            raise PermissionDenied
        run = get_object_or_404(ImportRun.objects.select_related("source"), pk=pk)
        try:
            if request.method == "POST":
                return HttpResponseRedirect(self._undone(request, run))
            foreseen = persist.foreseen(run)
        except (persist.CannotUndo, persist.NoLock) as refusal:
            self.message_user(request, words(refusal.why), messages.ERROR)
            return HttpResponseRedirect(page("importrun", pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Undo this run?"),
            "subtitle": str(run),
            "opts": self.opts,
            "run": run,
            "foreseen": foreseen,
        }
        return TemplateResponse(request, "admin/postings/importrun/undo.html", context)

    def _undone(self, request: HttpRequest, run: ImportRun) -> str:
        """Takes the run back; the address of the run that did it."""
        report = persist.undo(
            run, now=timezone.now(), asked=persist.Asked(user=editor(request))
        )
        index.sync_soon()
        counts = report.outcomes
        said = gettext(
            "Run %(run)d was undone: %(withdrawn)d withdrawn, %(updated)d back to what "
            "they were, %(reopened)d open again."
        )
        values = {
            "run": run.pk,
            "withdrawn": counts[Outcome.WITHDRAWN],
            "updated": counts[Outcome.UPDATED],
            "reopened": counts[Outcome.REOPENED],
        }
        self.message_user(request, said % values, messages.SUCCESS)
        return page("importrun", run.undone_by.latest("pk").pk)


_MINUTE = 60


def _number_of(rows: QuerySet[Any], group: str) -> Coalesce:
    counted = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _waiting(run: Any) -> list[tuple[str, str]]:
    """What of a run is open still, and the list of it."""
    rejected = ngettext(
        "%d rejected record", "%d rejected records", run.open_rejections
    )
    conflicts = ngettext("%d conflict", "%d conflicts", run.open_conflicts)
    return [
        (said % count, listed(name, **{field: run.pk}))
        for count, said, name, field in (
            (run.open_rejections, rejected, "importrecord", "run__id__exact"),
            (
                run.open_conflicts,
                conflicts,
                "importconflict",
                "record__run__id__exact",
            ),
        )
        if count
    ]


def _outcomes(run: ImportRun) -> list[tuple[str, str]]:
    """How often there was each outcome that there was, and the list of its records."""
    return [
        (
            counted(outcome, count),
            ""
            if outcome is Outcome.UNCHANGED
            else listed("importrecord", run__id__exact=run.pk, outcome=outcome.value),
        )
        for outcome, count in persist.outcomes_of(run).items()
        if count
    ]


_GRAVEST_FIRST = [
    Severity.REJECTED,
    Severity.IGNORED,
    Severity.REPAIRED,
    Severity.PASSED,
]


def _groups(run: ImportRun) -> list[Group]:
    order = [severity.value for severity in _GRAVEST_FIRST]
    found = sorted(
        run.problems,
        key=lambda item: (order.index(item["severity"]), -item["count"]),
    )
    return [
        Group(
            severity=severity_said(item["severity"]),
            code=item["code"],
            count=item["count"],
            first={**item["first"], "message": shown(item["first"])},
            explained=explained(item["code"]),
            records=listed(
                "importrecord",
                run__id__exact=run.pk,
                outcome="all",
                code=item["code"],
            ),
        )
        for item in found
    ]
