"""Where an editor and a feed disagree: both sides, and the choice between them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Substr
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

from postings import sanitise, schemaorg
from postings.admin import differences
from postings.admin.problems import words
from postings.admin.reading import (
    ChosenFilter,
    ReadOnlyAdmin,
    editor,
    listed,
    may_write_postings,
    page,
    posting_link,
)
from postings.ingest import merge, normalise, persist
from postings.models import ImportConflict, JobPosting, columns

#: Characters of a value in a list, and those read from the database for it.
_SHOWN = 120
_READ = 400

OPEN = ImportConflict.Resolution.OPEN


def shortened(name: str, words: str) -> str:
    """A value of a property in one short line; HTML as its text."""
    if name in schemaorg.HTML_PROPERTIES:
        words = sanitise.plain_text(words)
    return Truncator(" ".join(words.split())).chars(_SHOWN) or "-"


# --- What the two choices do


def take(
    request: HttpRequest, posting_id: int, names: Collection[str]
) -> persist.NothingToTake | None:
    """Takes the feed's values of properties; returns why there are none."""
    try:
        persist.give_back(posting_id, names, now=timezone.now(), user=editor(request))
    except persist.NothingToTake as nothing:
        return nothing
    LogEntry.objects.log_actions(
        user_id=editor(request).pk,
        queryset=JobPosting.objects.filter(pk=posting_id),
        action_flag=CHANGE,
        change_message=gettext("Took the feed's %(properties)s.")
        % {"properties": ", ".join(sorted(names))},
        single_object=True,
    )
    return None


def keep(request: HttpRequest, conflicts: QuerySet[ImportConflict]) -> int:
    """Resolves open conflicts in the editor's favour; how many there were."""
    return persist.keep_edits(conflicts, now=timezone.now(), user=editor(request))


def say_taken(
    request: HttpRequest, name: str, nothing: persist.NothingToTake | None
) -> None:
    if nothing is not None:
        messages.error(request, words(nothing.why))
    else:
        said = gettext("The feed's %(property)s was taken; imports write it again.")
        messages.success(request, said % {"property": name})


def say_kept(request: HttpRequest, name: str, count: int) -> None:
    if count:
        said = gettext("The editor's %(property)s stays.") % {"property": name}
        messages.success(request, said)
    else:
        messages.warning(request, _ALREADY)


_ALREADY = _("This conflict was resolved already.")


# --- On the page of a posting


@dataclass(frozen=True, slots=True)
class Edit:
    """A property an editor changed, beside what the feed says; both shortened.

    `feeds` is None where no feed has the posting, or its node cannot be read.
    """

    property: str
    ours: str
    feeds: str | None
    conflict: ImportConflict | None


def edits_of(row: JobPosting) -> list[Edit]:
    """What was edited of a posting, open conflicts first.

    Cost: where there is any, seven queries, and reading the posting's node once.
    """
    conflicts = {
        conflict.property: conflict
        for conflict in ImportConflict.objects.filter(posting=row, resolution=OPEN)
        .select_related("record")
        .only("property", "posting_id", "resolution", "record__run_id")
    }
    names = [*conflicts, *(set(row.edited_fields) - set(conflicts))]
    if not names:
        return []
    ours = columns.posting_of(row)
    feeds = None
    if row.node_hash:
        read = normalise.posting(
            persist.node_of(row),
            site_zone=settings.TIME_ZONE,
            long_texts=bool(set(names) & {"inLanguage", *schemaorg.HTML_PROPERTIES}),
        )
        feeds = read.posting

    def said(posting: schemaorg.Posting, name: str) -> str:
        value = getattr(posting, schemaorg.attribute(name))
        return shortened(name, merge.words(value))

    names.sort(key=lambda name: (name not in conflicts, name))
    return [
        Edit(
            name,
            said(ours, name),
            said(feeds, name) if feeds else None,
            conflicts.get(name),
        )
        for name in names
    ]


class ConflictFilter(admin.SimpleListFilter):
    """For the list of postings."""

    title = _("conflict with the feed")
    parameter_name = "conflict"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        return [("open", _("Open"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "open":
            found = ImportConflict.objects.filter(resolution=OPEN)
            return queryset.filter(pk__in=found.values("posting"))
        return queryset


# --- The list of conflicts and a page for each


class ResolutionFilter(ChosenFilter):
    title = _("resolution")
    parameter_name = "resolution"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        resolved = [(r.value, r.label) for r in ImportConflict.Resolution if r != OPEN]
        return [("open", OPEN.label), *resolved, ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or "open"
        if value == "all":
            return queryset
        return queryset.filter(resolution=OPEN if value == "open" else value)


class PropertyFilter(admin.SimpleListFilter):
    title = _("property")
    parameter_name = "property"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        names = ImportConflict.objects.order_by("property").values_list("property")
        return [(name, name) for (name,) in names.distinct()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(property=self.value()) if self.value() else queryset


@admin.register(ImportConflict)
class ImportConflictAdmin(ReadOnlyAdmin):
    """Resolved by whoever may change postings."""

    list_display = (
        "property",
        "on_posting",
        "editors",
        "feeds",
        "in_run",
        "resolution_said",
    )
    list_filter = (ResolutionFilter, "posting__source", PropertyFilter)
    search_fields = ("posting__title",)
    search_help_text = _("Title of the posting")
    actions = ("take_feeds", "keep_editors")
    fields = ("on_posting", "in_run", "resolution_said", "resolved_at", "resolved_by")
    readonly_fields = ("on_posting", "in_run", "resolution_said")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportConflict]:
        """Neither long texts nor nodes: a page of conflicts may have megabytes."""
        conflicts: QuerySet[ImportConflict] = super().get_queryset(request)
        return (
            conflicts.select_related("posting", "record__run__source", "resolved_by")
            .defer(
                "ours",
                "theirs",
                *(f"record__{name}" for name in ("raw", "replaced_node", "problems")),
            )
            .annotate(
                ours_start=Substr("ours", 1, _READ),
                theirs_start=Substr("theirs", 1, _READ),
            )
        )

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return may_write_postings(request)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "record__run__id__exact" or super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description=_("job posting"), ordering="posting__title")
    def on_posting(self, conflict: ImportConflict) -> str:
        return posting_link(conflict.posting)

    @admin.display(description=_("editor's"))
    def editors(self, conflict: Any) -> str:
        return shortened(conflict.property, conflict.ours_start)

    @admin.display(description=_("feed's"))
    def feeds(self, conflict: Any) -> str:
        return shortened(conflict.property, conflict.theirs_start)

    @admin.display(description=_("run"), ordering="record__run")
    def in_run(self, conflict: ImportConflict) -> str:
        run = conflict.record.run
        return format_html('<a href="{}">{}</a>', page("importrun", run.pk), run)

    @admin.display(description=_("resolution"), ordering="resolution")
    def resolution_said(self, conflict: ImportConflict) -> str:
        return str(ImportConflict.Resolution(conflict.resolution).label)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        conflict = self.get_object(request, object_id)
        context: dict[str, Any] = {"title": _("Conflict")}
        if conflict is not None:
            conflict.refresh_from_db(fields=("ours", "theirs"))
            context |= {
                "difference": differences.of_words(
                    conflict.property, conflict.ours, conflict.theirs
                ),
                "markup": conflict.property in schemaorg.HTML_PROPERTIES,
                "resolvable": conflict.resolution == OPEN
                and self.has_resolve_permission(request),
                "subtitle": f"{conflict.property}: {conflict.posting}",
            }
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    # --- Resolving

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"postings_importconflict_{name}",
            )
            for name, view in (("take", self.take_view), ("keep", self.keep_view))
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        conflict = self._asked_about(request, pk)
        if conflict.resolution != OPEN:
            messages.warning(request, _ALREADY)
        else:
            nothing = take(request, conflict.posting_id, [conflict.property])
            say_taken(request, conflict.property, nothing)
        return HttpResponseRedirect(listed("importconflict"))

    @method_decorator(require_POST)
    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        conflict = self._asked_about(request, pk)
        count = keep(request, ImportConflict.objects.filter(pk=pk))
        say_kept(request, conflict.property, count)
        return HttpResponseRedirect(listed("importconflict"))

    def _asked_about(self, request: HttpRequest, pk: int) -> ImportConflict:
        if not self.has_resolve_permission(request):
            raise PermissionDenied
        return get_object_or_404(ImportConflict, pk=pk)

    @admin.action(permissions=("resolve",), description=_("Take the feed's"))
    def take_feeds(
        self, request: HttpRequest, queryset: QuerySet[ImportConflict]
    ) -> None:
        """Posting by posting, each whole or not at all."""
        wanted: dict[int, list[str]] = {}
        chosen = queryset.filter(resolution=OPEN).order_by("posting", "property")
        for posting_id, name in chosen.values_list("posting_id", "property"):
            wanted.setdefault(posting_id, []).append(name)
        taken = 0
        for posting_id, names in wanted.items():
            nothing = take(request, posting_id, names)
            if nothing is None:
                taken += len(names)
            else:
                row = JobPosting.objects.get(pk=posting_id)
                messages.error(request, f"{row}: {words(nothing.why)}")
        self._tell(request, taken)

    @admin.action(permissions=("resolve",), description=_("Keep the editor's"))
    def keep_editors(
        self, request: HttpRequest, queryset: QuerySet[ImportConflict]
    ) -> None:
        """Whatever was chosen of them all: the database takes so many ids and no more."""
        chosen = ImportConflict.objects.filter(pk__in=queryset.order_by().values("pk"))
        self._tell(request, keep(request, chosen))

    def _tell(self, request: HttpRequest, count: int) -> None:
        said = ngettext("%d conflict resolved.", "%d conflicts resolved.", count)
        messages.success(request, said % count)
