from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from postings import schemaorg
from postings.admin import conflicts
from postings.admin.forms import (
    ApplicantLocationForm,
    JobLocationForm,
    JobPostingForm,
    KeySelect,
)
from postings.admin.problems import shown
from postings.admin.reading import ListedAdmin, listed, page
from postings.ingest import persist
from postings.models import (
    ApplicantLocationRequirement,
    ImportConflict,
    JobLocation,
    JobPosting,
    JobPostingQuerySet,
    State,
)
from postings.search.query import ids_in_any_state

#: Postings a search of the list finds at most, the newest.
MOST_FOUND = 5_000

#: Django refuses a form of more than 1,000 fields; past this many places or areas
#: the form links to them instead.
MAX_INLINES = 20

#: What a posting is. Addresses and the commands have the values themselves.
STATES: Mapping[State, Promise] = {
    State.DELETED: pgettext_lazy("one posting", "deleted"),
    State.HIDDEN: pgettext_lazy("one posting", "hidden"),
    State.DRAFT: pgettext_lazy("one posting", "draft"),
    State.WITHDRAWN: pgettext_lazy("one posting", "withdrawn"),
    State.CLOSED: pgettext_lazy("one posting", "closed"),
    State.OPEN: pgettext_lazy("one posting", "open"),
}


class JobLocationInline(admin.StackedInline[JobLocation, JobPosting]):
    model = JobLocation
    form = JobLocationForm
    extra = 0
    fields = (
        ("name", "address"),
        ("street_address", "postal_code", "address_locality"),
        ("address_region", "address_country", "address_country_text"),
        ("latitude", "longitude"),
    )


class ApplicantLocationInline(
    admin.TabularInline[ApplicantLocationRequirement, JobPosting]
):
    model = ApplicantLocationRequirement
    form = ApplicantLocationForm
    extra = 0
    fields = ("type", "name", "address_country")


#: Each kind of child rows: its property, its inline and the field that links to it.
INLINES: dict[str, type[admin.options.InlineModelAdmin[Any, JobPosting]]] = {
    "jobLocation": JobLocationInline,
    "applicantLocationRequirements": ApplicantLocationInline,
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        return [(state.value, STATES[state]) for state in State]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value in set(State):
            return queryset.in_state(State(value), timezone.now())
        return queryset


class EditedFilter(admin.SimpleListFilter):
    title = _("edited")
    parameter_name = "edited"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.exclude(edited_fields=[])
        if self.value() == "no":
            return queryset.filter(edited_fields=[])
        return queryset


@admin.register(JobPosting)
class JobPostingAdmin(ListedAdmin[JobPosting]):
    """Every write goes through `persist`, which marks what an editor changed."""

    form = JobPostingForm
    list_display = (
        "title",
        "hiring_organization",
        "state",
        "source",
        "posted",
        "closes",
        "is_edited",
    )
    list_filter = (
        StateFilter,
        "source",
        conflicts.ConflictFilter,
        EditedFilter,
        "job_location_type",
    )
    list_select_related = ("hiring_organization", "source")
    list_per_page = 50
    search_fields = ("title", "hiring_organization__name", "identifier")
    search_help_text = _(
        "Any words of a posting, the beginning of the last one, -without these"
    )
    ordering = ("-posted_at", "-id")
    save_on_top = True
    actions = ("hide", "show", "delete_postings", "undelete_postings")
    autocomplete_fields = ("hiring_organization",)
    readonly_fields = (
        "description_preview",
        "all_places",
        "all_areas",
        "source",
        "first_seen",
        "edits",
        "withdrawn_at",
        "why_withdrawn",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    "hiring_organization",
                    "description",
                    "description_preview",
                )
            },
        ),
        (
            _("On this site"),
            {
                "fields": (
                    ("published_at", "hidden", "deleted"),
                    ("source", "first_seen"),
                    "edits",
                    ("withdrawn_at", "why_withdrawn"),
                )
            },
        ),
        (
            _("Dates"),
            {
                "fields": (
                    ("date_posted", "valid_through"),
                    ("job_start_date", "job_start_date_text", "job_immediate_start"),
                    "job_duration",
                )
            },
        ),
        (
            _("Where"),
            {
                "fields": (
                    ("job_location_type", "job_location_type_text"),
                    "all_places",
                    "all_areas",
                )
            },
        ),
        (
            _("Work and pay"),
            {
                "fields": (
                    ("employment_type", "employment_type_text"),
                    "work_hours",
                    (
                        "base_salary_min_value",
                        "base_salary_max_value",
                        "base_salary_currency",
                        "base_salary_unit_text",
                    ),
                    "base_salary_text",
                    (
                        "estimated_salary_min_value",
                        "estimated_salary_max_value",
                        "estimated_salary_currency",
                        "estimated_salary_unit_text",
                    ),
                    "estimated_salary_text",
                    "salary_currency",
                    "incentive_compensation",
                    "job_benefits",
                    "special_commitments",
                    "total_job_openings",
                )
            },
        ),
        (
            _("Requirements"),
            {
                "classes": ("collapse",),
                "fields": (
                    "responsibilities",
                    "qualifications",
                    "skills",
                    ("credential_category", "education_requirements"),
                    ("months_of_experience", "experience_requirements"),
                    "experience_in_place_of_education",
                    "eligibility_to_work_requirement",
                    "physical_requirement",
                    "sensory_requirement",
                    "security_clearance_requirement",
                ),
            },
        ),
        (
            _("Applying"),
            {
                "fields": (
                    "url",
                    "direct_apply",
                    ("application_contact_name", "application_contact_type"),
                    ("application_contact_telephone", "application_contact_email"),
                    "application_contact_url",
                )
            },
        ),
        (
            _("Employer and field"),
            {
                "classes": ("collapse",),
                "fields": (
                    "employment_unit",
                    "employer_overview",
                    "industry",
                    "occupational_category",
                    "relevant_occupation",
                ),
            },
        ),
        (
            _("Names and identity"),
            {
                "classes": ("collapse",),
                "fields": (
                    ("identifier", "identifier_name", "identifier_property_id"),
                    "name",
                    "alternate_name",
                    "same_as",
                    "image",
                    "in_language",
                ),
            },
        ),
    )

    # --- Reading

    @admin.display(description=_("state"))
    def state(self, row: JobPosting) -> str:
        return str(STATES[row.state(timezone.now())])

    @admin.display(description=_("posted"), ordering="posted_at")
    def posted(self, row: JobPosting) -> str:
        return date_format(timezone.localtime(row.posted_at), "SHORT_DATE_FORMAT")

    @admin.display(description=_("closes"), ordering="valid_through")
    def closes(self, row: JobPosting) -> str:
        if row.valid_through is None:
            return "-"
        return date_format(timezone.localtime(row.valid_through), "SHORT_DATE_FORMAT")

    @admin.display(description=_("edited"), boolean=True)
    def is_edited(self, row: JobPosting) -> bool:
        return bool(row.edited_fields)

    @admin.display(description=_("as visitors read it"))
    def description_preview(self, row: JobPosting) -> str:
        if row._state.adding:
            return "-"
        return format_html(
            '<div class="preview" lang="{}">{}</div>',
            row.in_language,
            row.texts.description,
        )

    @admin.display(description=_("edited, kept by every import"))
    def edits(self, row: JobPosting) -> str:
        return ", ".join(row.edited_fields) or "-"

    @admin.display(description=_("why withdrawn"))
    def why_withdrawn(self, row: JobPosting) -> str:
        return shown(row.withdrawn_reason) or "-"

    @admin.display(description=_("places"))
    def all_places(self, row: JobPosting) -> str:
        return self._children_link(row, "jobLocation")

    @admin.display(description=_("applicants may live in"))
    def all_areas(self, row: JobPosting) -> str:
        return self._children_link(row, "applicantLocationRequirements")

    def _children_link(self, row: JobPosting, name: str) -> str:
        """A list of its own where there are too many for the form."""
        if row._state.adding:
            return gettext("Save first, or add them below.")
        model = INLINES[name].model
        count = model._default_manager.filter(posting=row).count()
        if count <= MAX_INLINES:
            return gettext("See below.")
        name = str(model._meta.model_name)
        return format_html(
            '<a href="{}">{}</a>',
            listed(name, posting__id__exact=row.pk),
            gettext("Edit %(count)d in a list of their own") % {"count": count},
        )

    def get_inlines(
        self, request: HttpRequest, obj: JobPosting | None
    ) -> list[type[admin.options.InlineModelAdmin[Any, Any]]]:
        if obj is None:
            return list(INLINES.values())
        if request.method == "POST":
            # What the form was opened with, however many an import made of it since.
            return [
                inline
                for name, inline in INLINES.items()
                if f"{schemaorg.attribute(name)}-TOTAL_FORMS" in request.POST
            ]
        counts = JobPosting.objects.filter(pk=obj.pk).aggregate(
            jobLocation=Count("job_location", distinct=True),
            applicantLocationRequirements=Count(
                "applicant_location_requirements", distinct=True
            ),
        )
        return [
            inline for name, inline in INLINES.items() if counts[name] <= MAX_INLINES
        ]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "published_at": timezone.now(),
            **super().get_changeform_initial_data(request),
        }

    def has_delete_permission(
        self, request: HttpRequest, obj: JobPosting | None = None
    ) -> bool:
        """Rows stay; deleting is the tick in the form and the action in the list."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the search index finds; `search_fields` where it cannot be asked."""
        found = ids_in_any_state(search_term, most=MOST_FOUND + 1)
        if found is None:
            return super().get_search_results(request, queryset, search_term)
        if len(found) > MOST_FOUND and request.path == listed("jobposting"):
            said = gettext("More than %(count)d postings found: the newest are shown.")
            self.message_user(request, said % {"count": MOST_FOUND}, messages.WARNING)
        return queryset.filter(pk__in=found[:MOST_FOUND]), False

    # --- Writing

    def save_model(
        self,
        request: HttpRequest,
        obj: JobPosting,
        form: forms.ModelForm[JobPosting],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Nothing yet: `save_related` stores the posting with its places at once."""

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Sequence[BaseModelFormSet[Any, Any]],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        row: JobPosting = form.instance
        now = timezone.now()
        changed = form.edited_columns()
        if "deleted" in form.changed_data:
            row.deleted_at = now if form.cleaned_data["deleted"] else None
            changed.append("deleted_at")
        persist.save_edit(
            row,
            changed=changed,
            texts=form.edited_texts(),
            children={
                name: self._child_edits(formset)
                for name, inline in INLINES.items()
                for formset in formsets
                if formset.model is inline.model
            },
            now=now,
        )

    @staticmethod
    def _child_edits(formset: BaseModelFormSet[Any, Any]) -> persist.ChildEdits:
        saved: list[Any] = formset.save(commit=False)
        return persist.ChildEdits(saved=saved, deleted=formset.deleted_objects)

    # --- What was edited, and what the feed says

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        row = self.get_object(request, object_id) if request.method == "GET" else None
        if row is not None:
            context["edits"] = conflicts.edits_of(row)
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"postings_jobposting_{name}",
            )
            for name, view in (("take", self.take_view), ("keep", self.keep_view))
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Gives an edited property back to the feed, be there a conflict or not."""
        row, name = self._asked_about(request, pk)
        of_name = ImportConflict.objects.filter(posting=row, property=name)
        if name in row.edited_fields or of_name.filter(resolution="").exists():
            conflicts.say_taken(request, name, conflicts.take(request, pk, [name]))
        else:
            said = gettext("%(property)s is not edited.") % {"property": name}
            self.message_user(request, said, messages.WARNING)
        return HttpResponseRedirect(page("jobposting", pk))

    @method_decorator(require_POST)
    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row, name = self._asked_about(request, pk)
        of_name = ImportConflict.objects.filter(posting=row, property=name)
        conflicts.say_kept(request, name, conflicts.keep(request, of_name))
        return HttpResponseRedirect(page("jobposting", pk))

    def _asked_about(self, request: HttpRequest, pk: int) -> tuple[JobPosting, str]:
        row = get_object_or_404(JobPosting, pk=pk)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row, request.POST.get("property", "")

    # --- Actions

    @admin.action(permissions=("change",), description=_("Hide: the pages answer 404"))
    def hide(self, request: HttpRequest, queryset: JobPostingQuerySet) -> None:
        self._tell(request, persist.set_hidden(queryset, hidden=True))

    @admin.action(permissions=("change",), description=_("Show again"))
    def show(self, request: HttpRequest, queryset: JobPostingQuerySet) -> None:
        self._tell(request, persist.set_hidden(queryset, hidden=False))

    @admin.action(
        permissions=("change",),
        description=_("Delete: the pages answer 410, imports keep off"),
    )
    def delete_postings(
        self, request: HttpRequest, queryset: JobPostingQuerySet
    ) -> None:
        now = timezone.now()
        self._tell(request, persist.set_deleted(queryset, deleted=True, now=now))

    @admin.action(permissions=("change",), description=_("Undelete"))
    def undelete_postings(
        self, request: HttpRequest, queryset: JobPostingQuerySet
    ) -> None:
        now = timezone.now()
        self._tell(request, persist.set_deleted(queryset, deleted=False, now=now))

    def _tell(self, request: HttpRequest, count: int) -> None:
        said = ngettext("%d posting changed.", "%d postings changed.", count) % count
        self.message_user(request, said, messages.SUCCESS)
