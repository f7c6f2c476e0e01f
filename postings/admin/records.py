"""Records of runs: what each changed, and the work list of those that were rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from postings import schemaorg
from postings.admin import differences
from postings.admin.problems import (
    OUTCOMES,
    explained,
    outcome_said,
    severity_said,
    shown,
    words,
)
from postings.admin.reading import (
    ChosenFilter,
    ReadOnlyAdmin,
    editor,
    listed,
    may_write_postings,
    page,
    posting_link,
)
from postings.ingest import normalise, persist, pipeline
from postings.ingest.read import faults
from postings.ingest.report import Code, Outcome, Recorded, Severity
from postings.models import ImportRecord, ImportRecordQuerySet, JobPosting
from postings.search import index

#: Records one request reads again; for more there is the command.
MOST_RETRIED = 200

#: Records looked at for what came after one; an undone posting may have some.
_LOOKED_AT = 20

#: Accepted records that are linked one by one.
_LINKED = 5

#: Problems listed on the page of a record.
_MOST_PROBLEMS = 200


_MEND = forms.Textarea(
    attrs={"rows": 20, "cols": 100, "spellcheck": "false", "dir": "ltr"}
)


class OutcomeFilter(ChosenFilter):
    """The work list unless another outcome is asked for."""

    title = _("outcome")
    parameter_name = "outcome"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        return [
            ("waiting", _("rejected, waiting")),
            ("settled", _("rejected, settled")),
            *(
                (outcome.value, OUTCOMES[outcome])
                for outcome in Outcome
                if outcome is not Outcome.UNCHANGED
            ),
            ("all", _("All")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or "waiting"
        if value == "all":
            return queryset
        if value == "waiting":
            return queryset.waiting()
        if value == "settled":
            return queryset.filter(
                outcome=Outcome.REJECTED.value, resolved_at__isnull=False
            )
        return queryset.filter(outcome=value)


class CodeFilter(admin.SimpleListFilter):
    title = _("problem")
    parameter_name = "code"
    template = "admin/postings/filter_closed.html"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [(code.value, code.value) for code in sorted(Code)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(codes__has=self.value()) if self.value() else queryset


@admin.register(ImportRecord)
class ImportRecordAdmin(ReadOnlyAdmin):
    """Rejected ones are mended by whoever may change both records and postings."""

    list_display = ("where", "problem", "on_posting", "in_run", "settled")
    list_filter = (OutcomeFilter, CodeFilter, "run__source")
    search_fields = ("locator", "document")
    search_help_text = _("File, address or pointer")
    ordering = ("-id",)
    actions = ("retry_selected",)
    readonly_fields = ("outcome_shown", "in_run", "on_posting", "settled")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRecord]:
        """Without raw texts and nodes, which may be a mebibyte each."""
        records: QuerySet[ImportRecord] = super().get_queryset(request)
        return records.select_related(
            "posting", "run__source", "resolved_by__source"
        ).defer("raw", "replaced_node", "context", "keys")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        own = {"run__id__exact", "posting__id__exact"}
        return lookup in own or super().lookup_allowed(lookup, value, request)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return may_write_postings(request) and user.has_perm(
            "postings.change_importrecord"
        )

    # --- Reading

    def get_fields(
        self, request: HttpRequest, obj: ImportRecord | None = None
    ) -> tuple[str, ...]:
        """Only a rejected record can be settled; it has no posting."""
        rejected = obj is not None and obj.outcome == Outcome.REJECTED.value
        own = ("document", "settled") if rejected else ("on_posting",)
        return ("outcome_shown", "locator", "in_run", *own)

    @admin.display(description=_("outcome"))
    def outcome_shown(self, record: ImportRecord) -> str:
        return outcome_said(record.outcome)

    @admin.display(description=_("where"), ordering="locator")
    def where(self, record: ImportRecord) -> str:
        return Truncator(record.locator).chars(100)

    @admin.display(description=_("problem"))
    def problem(self, record: ImportRecord) -> str:
        """What rejected it, else the first thing that was noticed."""
        rejected = Severity.REJECTED.value
        found = sorted(record.problems, key=lambda item: item["severity"] != rejected)
        if not found:
            return outcome_said(record.outcome)
        return format_html(
            "<strong>{}</strong> {}",
            found[0]["code"],
            shown(found[0], most=160),
        )

    @admin.display(description=_("job posting"))
    def on_posting(self, record: ImportRecord) -> str:
        return posting_link(record.posting)

    @admin.display(description=_("run"), ordering="run")
    def in_run(self, record: ImportRecord) -> str:
        return format_html(
            '<a href="{}">{}</a>', page("importrun", record.run_id), record.run
        )

    @admin.display(description=_("settled"))
    def settled(self, record: ImportRecord) -> str:
        if record.resolved_at is None:
            return "-"
        if record.resolved_by is None:
            return gettext("settled")
        address = page("importrun", record.resolved_by.pk)
        return format_html('<a href="{}">{}</a>', address, record.resolved_by)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        record = self.get_object(request, object_id)
        context: dict[str, Any] = {"title": _("Import record")}
        if record is not None:
            context |= self._problems(record)
            context |= (
                self._rejected(request, record)
                if record.outcome == Outcome.REJECTED.value
                else _changed(record)
            )
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def _problems(self, record: ImportRecord) -> dict[str, Any]:
        first = record.problems[:_MOST_PROBLEMS]
        return {
            "problems": [
                {
                    **item,
                    "severity": severity_said(item["severity"]),
                    "message": shown(item),
                    "explained": explained(item["code"]),
                }
                for item in first
            ],
            "more_problems": len(record.problems) - len(first),
        }

    def _rejected(self, request: HttpRequest, record: ImportRecord) -> dict[str, Any]:
        text = faults.set_out(record.raw)
        pointers = {
            item["locator"].rpartition("#")[2]
            for item in record.problems
            if "#" in item["locator"]
        }
        return {
            "record": record,
            "waits": record.is_waiting,
            "may_retry": self.has_retry_permission(request),
            "text": text,
            "mend": _MEND.render("text", text, {"id": "id_text"}),
            "listing": faults.broken(text) or faults.pointed(text, pointers),
        }

    # --- Reading again

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/retry/",
            self.admin_site.admin_view(self.retry_view),
            name="postings_importrecord_retry",
        )
        return [own, *super().get_urls()]

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reads a record again with the text as it was mended."""
        if not self.has_retry_permission(request):
            raise PermissionDenied
        record = get_object_or_404(
            ImportRecord.objects.select_related("run__source"), pk=pk
        )
        if not record.is_waiting:
            said = _("This record does not wait to be mended.")
            self.message_user(request, said, messages.WARNING)
            return HttpResponseRedirect(page("importrecord", pk))
        text = request.POST.get("text", "").replace("\r\n", "\n")
        if not self._retried(request, [(record, text)]):
            return HttpResponseRedirect(page("importrecord", pk))
        record.refresh_from_db(fields=("resolved_by",))
        again = (
            ImportRecord.objects.filter(
                run=record.resolved_by, outcome=Outcome.REJECTED.value
            )
            .order_by("pk")
            .first()
        )
        if again is not None:
            return HttpResponseRedirect(page("importrecord", again.pk))
        return HttpResponseRedirect(listed("importrecord"))

    @admin.action(permissions=("retry",), description=_("Retry selected"))
    def retry_selected(
        self, request: HttpRequest, queryset: ImportRecordQuerySet
    ) -> None:
        """As they stand: after the reader has learned something, or a feed's neighbour."""
        waiting = queryset.waiting().defer(None)
        records = list(waiting.order_by("pk")[: MOST_RETRIED + 1])
        if len(records) > MOST_RETRIED:
            many = gettext("More than %d at once: retry_rejected reads them all again.")
            self.message_user(request, many % MOST_RETRIED, messages.ERROR)
            return
        kept = [record for record in records if record.raw]
        if lost := len(records) - len(kept):
            said = ngettext(
                "%d record has no text to read again.",
                "%d records have no text to read again.",
                lost,
            )
            self.message_user(request, said % lost, messages.WARNING)
        by_source: dict[int, list[tuple[ImportRecord, str]]] = {}
        for record in kept:
            by_source.setdefault(record.run.source_id, []).append((record, record.raw))
        for wanted in by_source.values():
            self._retried(request, wanted)

    def _retried(
        self, request: HttpRequest, wanted: Sequence[tuple[ImportRecord, str]]
    ) -> bool:
        """Reads records of one source again and says what became of them."""
        said: list[Recorded] = []
        try:
            report = pipeline.retry(
                wanted,
                now=timezone.now(),
                asked=persist.Asked(user=editor(request)),
                tell=said.append,
            )
        except persist.NoLock as refusal:
            self.message_user(request, words(refusal.why), messages.ERROR)
            return False
        index.sync_soon()
        accepted = [recorded for recorded in said if recorded.posting_id is not None]
        for recorded in accepted[:_LINKED]:
            link = format_html(
                '<a href="{}">{}</a>: {}',
                page("jobposting", recorded.posting_id),
                recorded.title,
                OUTCOMES[recorded.outcome],
            )
            self.message_user(request, link, messages.SUCCESS)
        if more := len(accepted[_LINKED:]):
            told = ngettext("and %d more.", "and %d more.", more) % more
            self.message_user(request, told, messages.SUCCESS)
        if rejected := report.outcomes[Outcome.REJECTED]:
            told = ngettext(
                "%d record was rejected again; it stands in the list with its new text.",
                "%d records were rejected again; they stand in the list anew.",
                rejected,
            )
            self.message_user(request, told % rejected, messages.ERROR)
        return True


# --- What a record changed


def _changed(record: ImportRecord) -> dict[str, Any]:
    """What a posting was before a record and after it, property by property."""
    kept = record.replaced_node or {}
    before = persist.replaced(record)
    if before is None:
        return {"withdrawn_reason": shown(kept.get("withdrawn_reason", ""))}
    after = _came(record)
    found: list[differences.Difference] = []
    unreadable = before.posting is None or after is None
    if before.posting is not None and after is not None:
        found = differences.of_postings(before.posting, after)
    edited = set(record.posting.edited_fields) if record.posting else set()
    return {
        "compared": True,
        "unreadable": unreadable,
        "changes": [(change, change.property in edited) for change in found],
        "withdrawn_reason": shown(kept.get("withdrawn_reason", "")),
    }


def _came(record: ImportRecord) -> schemaorg.Posting | None:
    """What a record brought: what the next one replaced, else what the posting has."""
    later = ImportRecord.objects.filter(
        posting=record.posting_id, pk__gt=record.pk, replaced_node__isnull=False
    ).order_by("pk")
    for following in later[:_LOOKED_AT]:
        read = persist.replaced(following)
        if read is not None:
            return read.posting
    row = (
        JobPosting.objects.select_related("node")
        .filter(pk=record.posting_id or 0)
        .first()
    )
    if row is None or not row.node_hash:
        return None
    return normalise.posting(persist.node_of(row), site_zone=settings.TIME_ZONE).posting
