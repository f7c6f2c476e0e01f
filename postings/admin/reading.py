"""What lists and pages share; those over the import's own rows can only be read."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin import helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from postings.fields import KEY
from postings.models import JobPosting

_Row = TypeVar("_Row", bound=Model)


class ListedAdmin(admin.ModelAdmin[_Row]):
    """A list to which a request can send what Django's would break over."""

    show_full_result_count = False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """A year there is not is found wrong only when rows are read."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters from error

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any, Any], *more: Any
    ) -> HttpResponse | None:
        """What is no key chooses nothing."""
        sent: Any = request.POST.copy()
        chosen = sent.getlist(helpers.ACTION_CHECKBOX_NAME)
        keys = [each for each in chosen if KEY.fullmatch(each)]
        if keys != chosen:
            sent.setlist(helpers.ACTION_CHECKBOX_NAME, keys)
            request.POST = sent
        return super().response_action(request, queryset, *more)


class ReadOnlyAdmin(ListedAdmin[Any]):
    """What the import wrote can be read here and changed nowhere."""

    show_facets = admin.ShowFacets.NEVER  # each would count the whole table
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChosenFilter(admin.SimpleListFilter):
    """A filter that shows its first choice unless another is asked for."""

    def choices(self, changelist: Any) -> Any:
        """Without "All" in front: it is one of the choices."""
        chosen = self.value() or self.lookup_choices[0][0]
        for value, said in self.lookup_choices:
            yield {
                "selected": str(value) == chosen,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value}
                ),
                "display": said,
            }


def editor(request: HttpRequest) -> AbstractBaseUser:
    """Who is at work; the admin lets in nobody who is not known."""
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user


def may_write_postings(request: HttpRequest) -> bool:
    """Whether who is at work may change postings, by a form or by anything else."""
    user: Any = request.user
    return bool(user.has_perm("postings.change_jobposting"))


def listed(name: str, **parameters: Any) -> str:
    """The address of a list, filtered."""
    address = reverse(f"admin:postings_{name}_changelist")
    return f"{address}?{urlencode(parameters)}" if parameters else address


def page(name: str, pk: Any) -> str:
    """The address of a row's page."""
    return reverse(f"admin:postings_{name}_change", args=(pk,))


def posting_link(row: JobPosting | None) -> str:
    if row is None:
        return "-"
    return format_html('<a href="{}">{}</a>', page("jobposting", row.pk), row)
