"""Query parameters to criteria: what is wrong with them is left out, and said.

`PostingFilter` is declared for names, labels, parsing and the form. Its `qs` is never
used: postings are found by `postings.search`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from postings.fields import KEY
from postings.models import JobPosting, Organization
from postings.schemaorg import CredentialCategory
from postings.search.criteria import (
    DAYS,
    EXPERIENCES,
    NOT_STATED,
    RADII,
    Criteria,
    Employer,
    Group,
    Pay,
    Sort,
    narrowest,
)
from postings.search.places.names import Kind
from postings.search.query import MAX_PAGES, PAGE_SIZE, Results
from postings.wording import (
    EMPLOYMENT_LABELS,
    WORKPLACE_LABELS,
    country_codes,
    number,
)

#: What one search may ask for: each word and each chosen value costs time with every
#: posting, and strangers write addresses. The longest text in characters, the most
#: words of a text, the most chosen values of a group.
MAX_LENGTH, MAX_WORDS, MAX_CHOSEN = 200, 12, 30

#: How many sentences about ignored parameters a page bears.
MAX_IGNORED = 5

_WORD = re.compile(r"[^\s,]+")
_PAGE = re.compile(r"-?[0-9]+", re.ASCII)
_TOO_LARGE = 10**9

#: A currency of ISO 4217 and a whole amount a year.
_PAY = re.compile(r"([A-Z]{3})([0-9]{0,9})", re.ASCII)

#: A language of ISO 639.
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)

LABELS = {
    Group.TYPE: gettext_lazy("Employment type"),
    Group.WORKPLACE: gettext_lazy("Workplace"),
    Group.PLACE: gettext_lazy("Place"),
    Group.ORGANIZATION: gettext_lazy("Organization"),
    Group.INDUSTRY: gettext_lazy("Industry"),
    Group.EDUCATION: gettext_lazy("Education"),
    Group.EXPERIENCE: gettext_lazy("Experience"),
    Group.LANGUAGE: gettext_lazy("Language"),
}

_NOT_A_VALUE = {
    Group.TYPE: gettext_lazy("“%(value)s” is not an employment type; it was ignored."),
    Group.WORKPLACE: gettext_lazy("“%(value)s” is not a workplace; it was ignored."),
    Group.PLACE: gettext_lazy("“%(value)s” is not a place; it was ignored."),
    Group.ORGANIZATION: gettext_lazy(
        "“%(value)s” is not an organization here; it was ignored."
    ),
    Group.INDUSTRY: gettext_lazy("“%(value)s” is not an industry; it was ignored."),
    Group.EDUCATION: gettext_lazy("“%(value)s” is not an education; it was ignored."),
    Group.EXPERIENCE: gettext_lazy(
        "“%(value)s” is not an amount of experience; it was ignored."
    ),
    Group.LANGUAGE: gettext_lazy("“%(value)s” is not a language; it was ignored."),
}

_ANOTHER = gettext_lazy(
    "Only jobs of this organization are here; “%(value)s” was ignored."
)

_NOT_A_CHOICE = {
    "within": gettext_lazy("“%(value)s” is not a distance offered; it was ignored."),
    "pay": gettext_lazy("“%(value)s” is not an amount of pay; it was ignored."),
    "paid": gettext_lazy("“%(value)s” does not say whether pay must be stated."),
    "posted": gettext_lazy("“%(value)s” is not an age offered; it was ignored."),
    "closed": gettext_lazy("“%(value)s” does not say whether to include closed jobs."),
    "sort": gettext_lazy("“%(value)s” is not an order; it was ignored."),
}

#: Why no distance is measured, by what the place is; None where none is given or known.
_NOT_MEASURED: Mapping[Kind | None, Promise] = {
    None: gettext_lazy(
        "Distances are measured from a known town or postal code;"
        " “%(value)s” was ignored."
    ),
    **dict.fromkeys(
        (Kind.REGION, Kind.COUNTRY),
        gettext_lazy(
            "Distances are measured from a town or a postal code, not from %(place)s;"
            " “%(value)s” was ignored."
        ),
    ),
    **dict.fromkeys(
        (Kind.TOWN, Kind.POSTCODE),
        gettext_lazy(
            "It is not known where exactly %(place)s is; “%(value)s” was ignored."
        ),
    ),
}


class TextField(forms.CharField):
    """A search text: one line without control characters, at most `MAX_LENGTH`."""

    def to_python(self, value: Any) -> str:
        return one_line(str(value or ""))[:MAX_LENGTH].rstrip()


class ValuesField(forms.MultipleChoiceField):
    """Values of which there are too many to be choices; they are judged before."""

    def valid_value(self, value: Any) -> bool:
        return True


class TextFilter(django_filters.CharFilter):
    field_class = TextField


class ValuesFilter(django_filters.MultipleChoiceFilter):
    field_class = ValuesField


_CHOICES: Mapping[Group, Callable[[], frozenset[str]]] = {
    Group.TYPE: lambda: frozenset((*EMPLOYMENT_LABELS, NOT_STATED)),
    Group.WORKPLACE: lambda: frozenset(WORKPLACE_LABELS),
    Group.EDUCATION: lambda: frozenset((*CredentialCategory, NOT_STATED)),
    Group.EXPERIENCE: lambda: frozenset((*EXPERIENCES, NOT_STATED)),
}


def _is_place(value: str) -> bool:
    """A path of `Criteria.places`: a country, and names inside it."""
    country, *inner = value.split("/")
    return (
        country in country_codes()
        and len(inner) <= 2  # noqa: PLR2004
        and (not inner or bool(inner[-1]))
    )


_SHAPES: Mapping[Group, Callable[[str], bool]] = {
    Group.PLACE: _is_place,
    Group.INDUSTRY: bool,
    Group.LANGUAGE: lambda value: bool(_LANGUAGE.fullmatch(value)),
}


def _single(label: Any, values: Iterable[object]) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        label=label,
        choices=[(str(value), str(value)) for value in values],
        empty_label=None,
        null_label=None,
    )


class PostingFilter(django_filters.FilterSet):
    """Reads the list's parameters; every wrong one is left out and reported.

    `criteria` is what was understood, `ignored` holds a sentence for what was not,
    `organizations` the names of chosen ones by primary key as text. On an employer's
    own page that one is named, and others are ignored.
    Cost: one query where organizations are chosen.
    """

    q = TextFilter(label=gettext_lazy("What"))
    where = TextFilter(label=gettext_lazy("Where"))
    within = _single(gettext_lazy("Within"), RADII)
    type = ValuesFilter(label=LABELS[Group.TYPE])
    workplace = ValuesFilter(label=LABELS[Group.WORKPLACE])
    place = ValuesFilter(label=LABELS[Group.PLACE])
    organization = ValuesFilter(label=LABELS[Group.ORGANIZATION])
    industry = ValuesFilter(label=LABELS[Group.INDUSTRY])
    education = ValuesFilter(label=LABELS[Group.EDUCATION])
    experience = ValuesFilter(label=LABELS[Group.EXPERIENCE])
    language = ValuesFilter(label=LABELS[Group.LANGUAGE])
    pay = TextFilter(label=gettext_lazy("Pay from"))
    paid = _single(gettext_lazy("Only with pay stated"), ("1",))
    posted = _single(gettext_lazy("Date posted"), DAYS)
    closed = _single(gettext_lazy("Include closed jobs"), ("1",))
    sort = _single(gettext_lazy("Order"), Sort)

    class Meta:
        model = JobPosting
        fields: list[str] = []

    def __init__(self, data: QueryDict, employer: Employer | None = None) -> None:
        self.employer = employer
        self.organizations = {employer.key: employer.name} if employer else {}
        self._ignored: list[str] = []
        super().__init__(data=self._accepted(data), queryset=JobPosting.objects.none())
        self.form.is_valid()
        given = self.form.cleaned_data
        values = {group: tuple(given[group.value]) for group in Group}
        self.criteria = Criteria(
            words=given["q"],
            where=given["where"],
            within=int(given["within"] or 0),
            employment_types=values[Group.TYPE],
            workplaces=values[Group.WORKPLACE],
            places=narrowest(values[Group.PLACE]),
            organizations=values[Group.ORGANIZATION],
            industries=values[Group.INDUSTRY],
            education=values[Group.EDUCATION],
            experience=values[Group.EXPERIENCE],
            languages=values[Group.LANGUAGE],
            pay=_pay(given["pay"]),
            paid_only=bool(given["paid"]),
            posted_days=int(given["posted"] or 0),
            include_closed=bool(given["closed"]),
            sort=Sort(given["sort"]) if given["sort"] else None,
            employer=employer,
        )
        if not self.criteria.where:
            self._ignored += _not_measured(self.criteria)
            self.criteria = without_distances(self.criteria)
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
        for name, sentence in _NOT_A_CHOICE.items():
            value = one_line(data.get(name, ""))
            if not value:
                continue
            if self._is_choice(name, value):
                accepted[name] = value
            else:
                self._ignored.append(str(sentence) % {"value": _short(value)})
        return accepted

    def _is_choice(self, name: str, value: str) -> bool:
        if name == "pay":
            return _PAY.fullmatch(value) is not None
        declared = self.base_filters[name].extra["choices"]
        return value in {choice for choice, _label in declared}

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
        sentence = _NOT_A_VALUE[group]
        valid: Container[str]
        if group is Group.ORGANIZATION and self.employer is not None:
            given.pop(self.employer.key, None)  # says what is so without it
            valid, sentence = (), _ANOTHER
        elif group is Group.ORGANIZATION:
            self.organizations = organization_names(given)
            valid = {*self.organizations, NOT_STATED}
        elif group in _CHOICES:
            valid = _CHOICES[group]()
        else:
            shape = _SHAPES[group]
            valid = {
                value
                for value in given
                if value == NOT_STATED or (len(value) <= MAX_LENGTH and shape(value))
            }
        for value in given:
            if value not in valid:
                self._ignored.append(str(sentence) % {"value": _short(value)})
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
    wanted = [int(key) for key in keys if KEY.fullmatch(key)]
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


def _pay(text: str) -> Pay | None:
    found = _PAY.fullmatch(text)
    return Pay(found[1], int(found[2] or 0)) if found else None


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"  # noqa: PLR2004


def without_distances(criteria: Criteria) -> Criteria:
    """The same search where there is no point to measure them from."""
    sort = None if criteria.sort is Sort.NEAREST else criteria.sort
    return replace(criteria, within=0, sort=sort)


def has_point(results: Results) -> bool:
    """Whether distances can be measured; while there is no index, that is not known."""
    return results.waiting or results.where.has_point


def distance_sentences(criteria: Criteria, results: Results) -> list[str]:
    """What to say where distances were asked for that the place has no point for."""
    area = results.where.chosen
    if has_point(results):
        return []
    if area is None:
        return _not_measured(criteria)
    return _not_measured(criteria, area.kind, area.label)


def _not_measured(
    criteria: Criteria, kind: Kind | None = None, place: str = ""
) -> list[str]:
    asked = [_("%(km)d km") % {"km": criteria.within}] if criteria.within else []
    if criteria.sort is Sort.NEAREST:
        asked.append(_("Nearest"))
    sentence = str(_NOT_MEASURED[kind])
    return [sentence % {"place": place, "value": value} for value in asked]


def last_page_sentence(results: Results, page: int) -> str:
    """What to say where a page past the last was asked for, else ""."""
    if page <= results.pages:
        return ""
    if results.pages == MAX_PAGES and results.total > MAX_PAGES * PAGE_SIZE:
        return _("Only the first %(count)s pages are shown: ask for less.") % {
            "count": number(MAX_PAGES)
        }
    if results.pages == 1:
        return _("There is no page %(asked)s; this is the only one.") % {
            "asked": number(page)
        }
    return _("There is no page %(asked)s; this is the last, page %(last)s.") % {
        "asked": number(page),
        "last": number(results.pages),
    }
