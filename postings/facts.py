"""What a posting's page lists, in the order people ask, and how to apply.

`facts` says every property a posting has: what is not a fact is the title, the
description, an address of an image, or a long text that `sections` sets under it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from postings import links, wording
from postings.cards import foreign
from postings.links import Link
from postings.models import JobPostingTexts, State
from postings.sanitise import plain_text
from postings.schemaorg import Posting, Salary, Workplace

#: How many values of a fact are shown before the rest is folded.
SHOWN = 5

#: The longest text that may stand among the facts, and the longest value in a row
#: with others, in characters.
SHORT, TERSE = 200, 40

#: How many terse values stand in one row.
IN_A_ROW = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A row of the list. `lang` is the language of its values where it is foreign.

    `more` holds the values past five; `written` is how the source says it, where the
    values do not, and `written_lang` its language where that is foreign.
    """

    label: str
    values: tuple[str | Link, ...]
    more: tuple[str | Link, ...] = ()
    note: str = ""
    lang: str = ""
    written: str = ""
    written_lang: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A long text under the description."""

    title: str
    html: SafeString


class ApplyKind(StrEnum):
    LINK = "link"
    EMAIL = "email"
    TELEPHONE = "telephone"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Apply:
    """Where to apply; `note` says how to reach the employer where no link does."""

    kind: ApplyKind
    url: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Whether the posting takes applications, in a word and a sentence."""

    open: bool
    headline: str
    detail: str


_TEXT_LABELS: Mapping[str, Promise] = {
    "responsibilities": gettext_lazy("Responsibilities"),
    "qualifications": gettext_lazy("Qualifications"),
    "experience_requirements": gettext_lazy("Experience"),
    "education_requirements": gettext_lazy("Education"),
    "eligibility_to_work_requirement": gettext_lazy("Right to work"),
    "job_benefits": gettext_lazy("Benefits"),
    "incentive_compensation": gettext_lazy("Bonus"),
    "employer_overview": gettext_lazy("About the employer"),
}


def status(posting: Posting, state: State, at: datetime) -> Status:
    """The line under the title: open until when, or closed since."""
    closing = posting.valid_through
    if state is State.OPEN:
        return Status(
            open=True,
            headline=_("Open."),
            detail=wording.closes(closing, at) if closing else "",
        )
    headline = _("No longer offered")
    if state is State.CLOSED and closing:
        headline = _("Closed on %(day)s") % {"day": wording.moment_day(closing)}
    return Status(
        open=False,
        headline=headline,
        detail=_(
            "This posting is kept for reference and no longer takes applications."
        ),
    )


def apply(posting: Posting, state: State) -> Apply | None:
    """The way to apply, best first; None for what takes no applications."""
    if state is not State.OPEN:
        return None
    contact = posting.application_contact
    for url in (posting.url, contact.url):
        if links.web_address(url):
            return Apply(
                kind=ApplyKind.LINK,
                url=url,
                label=_("Apply at %(host)s") % {"host": links.host(url)},
            )
    if mailto := links.mailto(contact.email):
        return Apply(
            kind=ApplyKind.EMAIL,
            url=mailto,
            label=_("Apply by e-mail to %(address)s") % {"address": contact.email},
        )
    if tel := links.telephone(contact.telephone):
        return Apply(
            kind=ApplyKind.TELEPHONE,
            url=tel,
            label=_("Apply by telephone: %(number)s") % {"number": contact.telephone},
        )
    return Apply(kind=ApplyKind.NONE, note=_how_to_reach(posting))


def _how_to_reach(posting: Posting) -> str:
    organization, contact = posting.hiring_organization, posting.application_contact
    if organization is None:
        if contact.name:
            return _("Ask for %(name)s to apply.") % {"name": contact.name}
        return _("The posting names neither an employer nor a way to apply.")
    names = {"name": contact.name, "organization": organization.name}
    if contact.name:
        return _("Ask for %(name)s at %(organization)s to apply.") % names
    if site := links.host(organization.url):
        return _(
            "The posting says nowhere to apply; %(organization)s has a site at %(host)s."
        ) % {**names, "host": site}
    return (
        _("Get in touch with %(organization)s: the posting says nowhere to apply.")
        % names
    )


def summary(posting: Posting, place: str, pay: str) -> tuple[str, ...]:
    """The line under the title: place, type with workplace, pay; nothing empty."""
    kinds = [kind.value for kind in posting.employment_type.types]
    known = [kind for kind in kinds if kind != "OTHER"]
    workplace = {
        Workplace.ON_SITE: "",
        Workplace.REMOTE_POSSIBLE: (
            _("remote possible") if known else _("Remote possible")
        ),
        Workplace.REMOTE_ONLY: _("remote only") if known else _("Remote only"),
    }[posting.workplace]
    work = wording.employment(known, (*posting.employment_type.text,))
    both = ", ".join(part for part in (work, workplace) if part)
    return tuple(part for part in (place, both, pay) if part)


# --- Facts ----------------------------------------------------------------------------


def facts(posting: Posting, *, state: State, at: datetime) -> tuple[Fact, ...]:
    """Every fact the posting states. Closed ones name addresses without linking them."""
    rows = _Rows(posting=posting, state=state, at=at)
    return tuple(row for rule in _ORDER for row in rule(rows) if row.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rows:
    """Makes the rows of one posting; each method yields none, one or several."""

    posting: Posting
    state: State
    at: datetime

    @property
    def _lang(self) -> str:
        return foreign(self.posting.in_language.code)

    def _row(
        self,
        label: str,
        values: Sequence[str | Link],
        *,
        note: str = "",
        lang: str = "",
        written: str = "",
    ) -> Iterator[Fact]:
        kept = tuple(value for value in values if str(value))
        if kept:
            yield Fact(
                label=label,
                values=kept[:SHOWN],
                more=kept[SHOWN:],
                note=note,
                lang=lang,
                written=written,
                written_lang=self._lang if written else "",
            )

    def _listed(self, label: str, values: Sequence[str]) -> Iterator[Fact]:
        """Terse values in a row, others a line each, in the posting's language."""
        if len(values) > 1 and all(len(value) <= TERSE for value in values):
            row = wording.listed(values[:IN_A_ROW])
            yield Fact(
                label=label,
                values=(row,),
                more=tuple(values[IN_A_ROW:]),
                lang=self._lang,
            )
        else:
            yield from self._row(label, values, lang=self._lang)

    def _text(self, column: str, html: str) -> Iterator[Fact]:
        yield from self._row(
            str(_TEXT_LABELS[column]), short_lines(html), lang=self._lang
        )

    def _link(self, url: str, text: str = "") -> str | Link:
        """A link where the posting is open and the address may be linked."""
        words = text or links.host(url) or url
        if self.state is State.OPEN and links.web_address(url):
            return Link(text=words, url=url)
        return words

    def pay(self) -> Iterator[Fact]:
        yield from self._pay(_("Pay"), self.posting.base_salary)

    def estimated_pay(self) -> Iterator[Fact]:
        yield from self._pay(_("Estimated pay"), self.posting.estimated_salary)

    def _pay(self, label: str, salary: Salary) -> Iterator[Fact]:
        text = wording.pay(salary, lang=self._lang)
        if text is not None:
            yield from self._row(
                label,
                (text.main,),
                note=text.yearly,
                lang=text.lang,
                written=text.written,
            )

    def currency(self) -> Iterator[Fact]:
        """The currency, where no amount bears it."""
        base, estimated = self.posting.base_salary, self.posting.estimated_salary
        said = {
            salary.currency
            for salary in (base, estimated)
            if salary.min_value is not None or salary.max_value is not None
        }
        stated = (self.posting.salary_currency, base.currency, estimated.currency)
        names = [
            wording.currency_name(code)
            for code in dict.fromkeys(stated)
            if code and code not in said
        ]
        yield from self._row(_("Paid in"), names)

    def bonus(self) -> Iterator[Fact]:
        yield from self._text(
            "incentive_compensation", self.posting.incentive_compensation
        )

    def type(self) -> Iterator[Fact]:
        kinds = self.posting.employment_type
        words = wording.employment(kind.value for kind in kinds.types)
        if words:
            written = wording.listed(kinds.text)
            yield from self._row(_("Type"), (words,), written=written)
        else:
            yield from self._listed(_("Type"), kinds.text)

    def hours(self) -> Iterator[Fact]:
        yield from self._row(_("Hours"), (self.posting.work_hours,), lang=self._lang)

    def workplace(self) -> Iterator[Fact]:
        kind = self.posting.job_location_type
        if kind.type is None:
            yield from self._row(_("Workplace"), (kind.text,), lang=self._lang)
            return
        only = self.posting.workplace is Workplace.REMOTE_ONLY
        note = ""
        names = self._area_names()
        if names and self._areas_beside_workplace():
            note = _("Remote applicants: %(areas)s") % {"areas": wording.listed(names)}
        yield from self._row(
            _("Workplace"),
            (_("Remote only") if only else _("On site or remote"),),
            note=note,
            written="" if kind.text.casefold() == "remote" else kind.text,
        )

    def applicants(self) -> Iterator[Fact]:
        """Where applicants may live, where that is too long for a note."""
        if not self._areas_beside_workplace():
            label = (
                _("Remote applicants")
                if self.posting.job_location_type.type
                else _("Applicants from")
            )
            yield from self._row(label, self._area_names())

    def _areas_beside_workplace(self) -> bool:
        areas = self.posting.applicant_location_requirements
        return bool(self.posting.job_location_type.type) and len(areas) <= SHOWN

    def _area_names(self) -> tuple[str, ...]:
        areas = self.posting.applicant_location_requirements
        return tuple(dict.fromkeys(wording.area_name(area) for area in areas))

    def places(self) -> Iterator[Fact]:
        lines = tuple(dict.fromkeys(map(wording.place_line, self.posting.job_location)))
        yield from self._row(ngettext("Place", "Places", len(lines)), lines)

    def starts(self) -> Iterator[Fact]:
        start, immediate = self.posting.job_start_date, self.posting.job_immediate_start
        values = [wording.day(start.date)] if start.date else []
        written = start.text if values else ""
        if start.text and not values:
            values.append(start.text)
        if immediate is not None:
            values.append(_("Immediately") if immediate else _("Not immediately"))
        yield from self._row(
            _("Starts"),
            values,
            lang=self._lang if values == [start.text] else "",
            written=written,
        )

    def duration(self) -> Iterator[Fact]:
        text = self.posting.job_duration
        words = wording.duration(text)
        yield from self._row(
            _("Duration"), (words,), lang=self._lang if words == text else ""
        )

    def experience(self) -> Iterator[Fact]:
        needed = self.posting.experience_requirements
        months = needed.months_of_experience
        if months is None:
            yield from self._text("experience_requirements", needed.text)
        else:
            words = wording.experience(months)
            written = _written(short_lines(needed.text), says=words)
            yield from self._row(_("Experience"), (words,), written=written)

    def education(self) -> Iterator[Fact]:
        needed = self.posting.education_requirements
        values: list[str] = [
            str(wording.CREDENTIAL_LABELS[kind]) for kind in needed.credential_category
        ]
        lines = short_lines(needed.text)
        written = _written(lines, says=wording.listed(values)) if values else ""
        note = ""
        lang = self._lang if lines and not values else ""
        values = values or list(lines)
        instead = self.posting.experience_in_place_of_education
        if instead is not None:
            words = (
                _("Experience counts in place of education")
                if instead
                else _("Experience does not count in place of education")
            )
            if values:
                note = words
            else:
                values = [words]
        yield from self._row(
            _("Education"), values, note=note, lang=lang, written=written
        )

    def qualifications(self) -> Iterator[Fact]:
        yield from self._text("qualifications", self.posting.qualifications)

    def skills(self) -> Iterator[Fact]:
        yield from self._listed(_("Skills"), self.posting.skills)

    def responsibilities(self) -> Iterator[Fact]:
        yield from self._text("responsibilities", self.posting.responsibilities)

    def benefits(self) -> Iterator[Fact]:
        yield from self._text("job_benefits", self.posting.job_benefits)

    def requirements(self) -> Iterator[Fact]:
        posting = self.posting
        yield from self._text(
            "eligibility_to_work_requirement", posting.eligibility_to_work_requirement
        )
        yield from self._listed(
            _("Security clearance"), posting.security_clearance_requirement
        )
        yield from self._listed(_("Physical demands"), posting.physical_requirement)
        yield from self._listed(_("Senses needed"), posting.sensory_requirement)
        yield from self._listed(_("Special commitments"), posting.special_commitments)

    def occupation(self) -> Iterator[Fact]:
        posting = self.posting
        yield from self._listed(_("Industry"), posting.industry)
        yield from self._row(
            _("Occupation"), (posting.relevant_occupation,), lang=self._lang
        )
        yield from self._listed(_("Category"), posting.occupational_category)

    def openings(self) -> Iterator[Fact]:
        count = self.posting.total_job_openings
        if count is not None:
            yield from self._row(_("Openings"), (wording.number(count),))

    def reference(self) -> Iterator[Fact]:
        identifier, organization = (
            self.posting.identifier,
            self.posting.hiring_organization,
        )
        issuers = (identifier.name, identifier.property_id)
        note = ", ".join(
            part
            for part in dict.fromkeys(issuers)
            if part
            and not links.web_address(part)
            and (organization is None or part != organization.name)
        )
        yield from self._row(_("Reference"), (identifier.value,), note=note)

    def posted(self) -> Iterator[Fact]:
        moment = self.posting.date_posted
        if moment is not None:
            yield from self._row(
                _("Posted"),
                (wording.moment_day(moment),),
                note=wording.age(moment, self.at) if self.state is State.OPEN else "",
            )

    def closing(self) -> Iterator[Fact]:
        moment = self.posting.valid_through
        if moment is not None:
            over = moment.at < self.at
            yield from self._row(
                _("Closed") if over else _("Closes"), (wording.moment_text(moment),)
            )

    def language(self) -> Iterator[Fact]:
        code = self.posting.in_language.code
        yield from self._row(
            _("Language"), (wording.language_name(code),) if code else ()
        )

    def employer(self) -> Iterator[Fact]:
        organization = self.posting.hiring_organization
        if organization is None:
            return
        hosts = links.sites((organization.url, *organization.same_as))
        named = len(hosts) == 1 and len(organization.name) <= TERSE
        values = [
            Link(
                text=(
                    _("%(organization)s on %(host)s")
                    % {"organization": organization.name, "host": site}
                    if named
                    else site
                ),
                url=url,
            )
            for url, site in hosts.items()
        ]
        legal = organization.legal_name
        note = legal if legal != organization.name else ""
        yield from self._row(
            _("Employer"), values or [note], note=note if values else ""
        )

    def unit(self) -> Iterator[Fact]:
        yield from self._row(
            _("Department"), (self.posting.employment_unit,), lang=self._lang
        )

    def overview(self) -> Iterator[Fact]:
        yield from self._text("employer_overview", self.posting.employer_overview)

    def contact(self) -> Iterator[Fact]:
        contact = self.posting.application_contact
        name = contact.name or contact.contact_type
        values: list[str | Link] = [name]
        for text, url in (
            (contact.telephone, links.telephone(contact.telephone)),
            (contact.email, links.mailto(contact.email)),
        ):
            linked = url and self.state is State.OPEN
            values.append(Link(text=text, url=url) if linked else text)
        if contact.url:
            values.append(self._link(contact.url))
        note = contact.contact_type if contact.name else ""
        yield from self._row(_("Contact"), values, note=note)

    def direct(self) -> Iterator[Fact]:
        direct = self.posting.direct_apply
        if direct is not None:
            words = (
                _("Directly on the page of the posting")
                if direct
                else _("Not directly: other pages come before the form")
            )
            yield from self._row(_("Applying"), (words,))

    def names(self) -> Iterator[Fact]:
        posting = self.posting
        others = dict.fromkeys((posting.name, *posting.alternate_name))
        values = [name for name in others if name and name != posting.title]
        yield from self._row(_("Also called"), values, lang=self._lang)

    def addresses(self) -> Iterator[Fact]:
        """Where else the posting stands; not where the button to apply leads."""
        posting = self.posting
        way = apply(posting, self.state)
        leads_to = way.url if way else ""
        if posting.url and posting.url != leads_to:
            yield from self._row(_("Original posting"), (self._link(posting.url),))
        others = (url for url in posting.same_as if url not in (posting.url, leads_to))
        yield from self._row(_("Also at"), tuple(self._link(url) for url in others))


_ORDER: tuple[Callable[[_Rows], Iterator[Fact]], ...] = (
    _Rows.pay,
    _Rows.estimated_pay,
    _Rows.currency,
    _Rows.bonus,
    _Rows.type,
    _Rows.hours,
    _Rows.workplace,
    _Rows.applicants,
    _Rows.places,
    _Rows.starts,
    _Rows.duration,
    _Rows.experience,
    _Rows.education,
    _Rows.qualifications,
    _Rows.skills,
    _Rows.responsibilities,
    _Rows.benefits,
    _Rows.requirements,
    _Rows.occupation,
    _Rows.openings,
    _Rows.unit,
    _Rows.reference,
    _Rows.posted,
    _Rows.closing,
    _Rows.language,
    _Rows.names,
    _Rows.employer,
    _Rows.overview,
    _Rows.contact,
    _Rows.direct,
    _Rows.addresses,
)


def _written(lines: Sequence[str], *, says: str) -> str:
    """The source's lines as one text, unless that is what is said already."""
    text = wording.listed(lines)
    return "" if text.casefold() == says.casefold() else text


# --- Long texts -----------------------------------------------------------------------

_PARAGRAPH = re.compile(r"\s*<p>(?:(?!</?(?:p|ul|ol|a)\b).)*</p>\s*", re.DOTALL)
_FLAT_LIST = re.compile(
    r"\s*<(ul|ol)>\s*(?:<li>(?:(?!</?(?:p|ul|ol|li|a)\b).)*</li>\s*)+</\1>\s*",
    re.DOTALL,
)


def short_lines(html: str) -> tuple[str, ...]:
    """The lines of a text that may stand among the facts, else nothing.

    One paragraph or one flat list without links, of at most `SHORT` characters.
    """
    if not _PARAGRAPH.fullmatch(html) and not _FLAT_LIST.fullmatch(html):
        return ()
    text = plain_text(html)
    return tuple(text.split("\n")) if text and len(text) <= SHORT else ()


def sections(texts: JobPostingTexts) -> tuple[Section, ...]:
    """The texts too long to be facts, in the order people ask."""
    return tuple(
        Section(title=str(label), html=html)
        for column, label in _TEXT_LABELS.items()
        if (html := getattr(texts, column)) and not short_lines(html)
    )
