"""Query parameters to criteria, and the choices a page offers.

`PostingFilter` is declared for names, labels, parsing and the form. Its `qs` is never
used: postings are found by `postings.search`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from postings.models import JobPosting, Organization
from postings.search.criteria import NOT_STATED, Criteria, Group
from postings.search.query import Results
from postings.wording import (
    EMPLOYMENT_LABELS,
    WORKPLACE_LABELS,
    country_codes,
    country_name,
    number,
)

#: What one search may ask for: each word and each chosen value costs time with every
#: posting, and strangers write addresses. The longest text in characters, the most
#: words of a text, the most chosen values of a group.
MAX_LENGTH, MAX_WORDS, MAX_CHOSEN = 200, 12, 30

#: How many values of a facet stand before its "more".
SHOWN = 10

#: How many sentences about ignored parameters a page bears.
MAX_IGNORED = 5

_ORGANIZATION_KEY = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_WORD = re.compile(r"[^\s,]+")
_PAGE = re.compile(r"-?[0-9]+", re.ASCII)
_TOO_LARGE = 10**9

LABELS = {
    Group.TYPE: gettext_lazy("Employment type"),
    Group.WORKPLACE: gettext_lazy("Workplace"),
    Group.COUNTRY: gettext_lazy("Country"),
    Group.ORGANIZATION: gettext_lazy("Organization"),
}

#: What stands before the value on a chip.
_CHIP_LABELS = {
    Group.TYPE: gettext_lazy("Type"),
    Group.WORKPLACE: gettext_lazy("Workplace"),
    Group.COUNTRY: gettext_lazy("Country"),
    Group.ORGANIZATION: gettext_lazy("Organization"),
}

_NOT_A_VALUE = {
    Group.TYPE: gettext_lazy("“%(value)s” is not an employment type; it was ignored."),
    Group.WORKPLACE: gettext_lazy("“%(value)s” is not a workplace; it was ignored."),
    Group.COUNTRY: gettext_lazy("“%(value)s” is not a country; it was ignored."),
    Group.ORGANIZATION: gettext_lazy(
        "“%(value)s” is not an organization here; it was ignored."
    ),
}


class TextField(forms.CharField):
    """A search text: one line without control characters, at most `MAX_LENGTH`."""

    def to_python(self, value: Any) -> str:
        return one_line(str(value or ""))[:MAX_LENGTH].rstrip()


class KeyField(forms.MultipleChoiceField):
    """Primary keys of organizations, of which there are too many to be choices."""

    def valid_value(self, value: Any) -> bool:
        return bool(value == NOT_STATED or _ORGANIZATION_KEY.fullmatch(value))


class TextFilter(django_filters.CharFilter):
    field_class = TextField


class KeyFilter(django_filters.MultipleChoiceFilter):
    field_class = KeyField


def _employment_types() -> list[tuple[str, Any]]:
    return [*EMPLOYMENT_LABELS.items(), (NOT_STATED, gettext_lazy("Not stated"))]


def _workplaces() -> list[tuple[str, Any]]:
    return list(WORKPLACE_LABELS.items())


def _countries() -> list[tuple[str, Any]]:
    named = ((code, country_name(code)) for code in country_codes())
    return [
        *sorted(named, key=lambda item: item[1]),
        (NOT_STATED, gettext_lazy("Not stated")),
    ]


_CHOICES: Mapping[Group, Callable[[], list[tuple[str, Any]]]] = {
    Group.TYPE: _employment_types,
    Group.WORKPLACE: _workplaces,
    Group.COUNTRY: _countries,
}


class PostingFilter(django_filters.FilterSet):
    """Reads the list's parameters; every wrong one is left out and reported.

    `criteria` is what was understood, `ignored` holds a sentence for what was not,
    `organizations` the names of chosen ones by primary key as text.
    Cost: one query where organizations are chosen.
    """

    q = TextFilter(label=gettext_lazy("What"))
    where = TextFilter(label=gettext_lazy("Where"))
    type = django_filters.MultipleChoiceFilter(
        label=LABELS[Group.TYPE], choices=_CHOICES[Group.TYPE]
    )
    workplace = django_filters.MultipleChoiceFilter(
        label=LABELS[Group.WORKPLACE], choices=_CHOICES[Group.WORKPLACE]
    )
    country = django_filters.MultipleChoiceFilter(
        label=LABELS[Group.COUNTRY], choices=_CHOICES[Group.COUNTRY]
    )
    organization = KeyFilter(label=LABELS[Group.ORGANIZATION])
    closed = django_filters.ChoiceFilter(
        label=gettext_lazy("Include closed jobs"),
        choices=[("1", gettext_lazy("Include closed jobs"))],
        empty_label=None,
        null_label=None,
    )

    class Meta:
        model = JobPosting
        fields: list[str] = []

    def __init__(self, data: QueryDict) -> None:
        self.organizations: dict[str, str] = {}
        self._ignored: list[str] = []
        super().__init__(data=self._accepted(data), queryset=JobPosting.objects.none())
        self.form.is_valid()
        given = self.form.cleaned_data
        self.criteria = Criteria(
            words=given["q"],
            where=given["where"],
            employment_types=tuple(given["type"]),
            workplaces=tuple(given["workplace"]),
            countries=tuple(given["country"]),
            organizations=tuple(given["organization"]),
            include_closed=bool(given["closed"]),
        )
        self.page = self._page(data.get("page", ""))
        more = len(self._ignored) - MAX_IGNORED
        self.ignored = self._ignored[:MAX_IGNORED]
        if more > 0:
            self.ignored.append(
                ngettext(
                    "%(count)d more value was ignored.",
                    "%(count)d more values were ignored.",
                    more,
                )
                % {"count": more}
            )

    def _accepted(self, data: QueryDict) -> QueryDict:
        """The parameters the form will find no fault with."""
        accepted = QueryDict(mutable=True)
        for name in ("q", "where"):
            if text := self._bounded(one_line(data.get(name, ""))):
                accepted[name] = text
        for group in Group:
            accepted.setlist(group.value, list(self._values(group, data)))
        closed = one_line(data.get("closed", ""))
        if closed == "1":
            accepted["closed"] = closed
        elif closed:
            self._ignored.append(
                _("“%(value)s” does not say whether to include closed jobs.")
                % {"value": _short(closed)}
            )
        return accepted

    def _bounded(self, text: str) -> str:
        words = list(_WORD.finditer(text, 0, MAX_LENGTH))
        if len(words) > MAX_WORDS:
            self._ignored.append(
                _("Only the first %(count)d words were searched for.")
                % {"count": MAX_WORDS}
            )
            return text[: words[MAX_WORDS - 1].end()]
        if len(text) > MAX_LENGTH:
            self._ignored.append(
                _("Only the first %(count)d characters were searched for.")
                % {"count": MAX_LENGTH}
            )
        return text[:MAX_LENGTH].rstrip()

    def _values(self, group: Group, data: QueryDict) -> Iterator[str]:
        given = dict.fromkeys(filter(None, map(one_line, data.getlist(group.value))))
        if group is Group.COUNTRY:
            given = dict.fromkeys(
                value if value == NOT_STATED else value.upper() for value in given
            )
        if group is Group.ORGANIZATION:
            self.organizations = organization_names(given)
            valid = {*self.organizations, NOT_STATED}
        else:
            valid = {value for value, _label in _CHOICES[group]()}
        for value in given:
            if value not in valid:
                self._ignored.append(
                    str(_NOT_A_VALUE[group]) % {"value": _short(value)}
                )
        chosen = [value for value in given if value in valid]
        if len(chosen) > MAX_CHOSEN:
            self._ignored.append(
                _(
                    "%(group)s: only the first %(count)d chosen values were searched for."
                )
                % {"group": LABELS[group], "count": MAX_CHOSEN}
            )
        yield from chosen[:MAX_CHOSEN]

    def _page(self, given: str) -> int:
        """The page asked for, as far as it is one; the last page is found later."""
        text = one_line(given)
        if not text:
            return 1
        # Far more digits than any page has would be slow to read.
        page = int(text[:12]) if _PAGE.fullmatch(text[:12]) else 0
        if page < 1 or not _PAGE.fullmatch(text):
            self._ignored.append(
                _("“%(value)s” is not a page; this is the first.")
                % {"value": _short(text)}
            )
            return 1
        return min(page, _TOO_LARGE)


def organization_names(keys: Iterable[str]) -> dict[str, str]:
    """Names by primary key as text, of the keys that are some organization's.

    Cost: one query, none where no text can be a key.
    """
    wanted = [int(key) for key in keys if _ORGANIZATION_KEY.fullmatch(key)]
    if not wanted:
        return {}
    rows = Organization.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def one_line(text: str) -> str:
    """Without control characters and lone surrogates, white space folded."""
    printable = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or character.isprintable()
    )
    return " ".join(printable.split())


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"  # noqa: PLR2004


def last_page_sentence(results: Results, page: int) -> str:
    """What to say where a page past the last was asked for, else ""."""
    if page <= results.pages:
        return ""
    if results.pages == 1:
        return _("There is no page %(asked)s; this is the only one.") % {
            "asked": number(page)
        }
    return _("There is no page %(asked)s; this is the last, page %(last)s.") % {
        "asked": number(page),
        "last": number(results.pages),
    }


# --- What a page offers ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetOption:
    """A checkbox: `value` of a parameter, and how many postings it would show."""

    value: str
    label: str
    count: int
    chosen: bool
    id: str
    not_stated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetGroup:
    """One filter: `name` is its parameter, `more` holds the options past ten."""

    name: str
    label: str
    options: tuple[FacetOption, ...]
    more: tuple[FacetOption, ...]
    chosen: int
    open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """A chosen value, and the address of the list without it."""

    group: str
    label: str
    remove_url: str


def value_label(group: Group, value: str, names: Mapping[str, str]) -> str:
    """A value in words; `names` are of organizations, by primary key as text."""
    if value == NOT_STATED:
        return _("Not stated")
    match group:
        case Group.TYPE:
            return str(EMPLOYMENT_LABELS[value])
        case Group.WORKPLACE:
            return str(WORKPLACE_LABELS[value])
        case Group.COUNTRY:
            return country_name(value)
        case Group.ORGANIZATION:
            return names.get(value, value)


def facet_groups(
    criteria: Criteria, results: Results, names: Mapping[str, str]
) -> tuple[FacetGroup, ...]:
    """The filters that have something to choose, or something chosen."""
    groups = []
    for group in Group:
        chosen = criteria.values(group)
        options = tuple(
            FacetOption(
                value=each.value,
                label=value_label(group, each.value, names),
                count=each.count,
                chosen=each.value in chosen,
                id=f"{group}-{each.value}".lower(),
                not_stated=each.value == NOT_STATED,
            )
            for each in results.facets.get(group, ())
        )
        if not options:
            continue
        shown, more = _folded(_ordered(group, options))
        groups.append(
            FacetGroup(
                name=group.value,
                label=str(LABELS[group]),
                options=shown,
                more=more,
                chosen=len(chosen),
                open=bool(chosen) or group is not Group.ORGANIZATION,
            )
        )
    return tuple(groups)


def _ordered(group: Group, options: Iterable[FacetOption]) -> tuple[FacetOption, ...]:
    """Fixed lists as they are, others by count; "not stated" last."""
    if group in (Group.TYPE, Group.WORKPLACE):
        return tuple(sorted(options, key=lambda each: each.not_stated))
    return tuple(
        sorted(
            options,
            key=lambda each: (each.not_stated, -each.count, each.label.casefold()),
        )
    )


def _folded(
    options: tuple[FacetOption, ...],
) -> tuple[tuple[FacetOption, ...], tuple[FacetOption, ...]]:
    """The options shown and those under "more"; a chosen one is always shown."""
    first = {each.id for each in options[:SHOWN]}
    shown = tuple(each for each in options if each.id in first or each.chosen)
    return shown, tuple(each for each in options if each not in shown)


def include_closed(criteria: Criteria, results: Results) -> FacetOption:
    return FacetOption(
        value="1",
        label=_("Include closed jobs"),
        count=results.closed,
        chosen=criteria.include_closed,
        id="closed-1",
    )


def chips(criteria: Criteria, names: Mapping[str, str]) -> tuple[Chip, ...]:
    """A chip for every chosen value; the words and the place stand in their fields."""
    found = [
        Chip(
            group=str(_CHIP_LABELS[group]),
            label=value_label(group, value, names),
            remove_url=criteria.without(group, value).url(),
        )
        for group, value in criteria.chosen()
    ]
    if criteria.include_closed:
        found.append(
            Chip(
                group=_("Status"),
                label=_("Open and closed"),
                remove_url=criteria.with_closed(include=False).url(),
            )
        )
    return tuple(found)
