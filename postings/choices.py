"""What a page offers to choose: facets with their options, and chips of what is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from postings import wording
from postings.filters import LABELS
from postings.search.criteria import NOT_STATED, Criteria, Group, Pay
from postings.search.facets import Counted, PayFacet
from postings.search.located import label as place_label
from postings.search.query import Results
from postings.wording import CREDENTIAL_LABELS, EMPLOYMENT_LABELS, WORKPLACE_LABELS

#: How many values of a facet stand before its "more".
SHOWN = 10

#: What stands before the value on a chip.
_CHIP_LABELS = LABELS | {Group.TYPE: gettext_lazy("Type")}

EXPERIENCE_LABELS = {
    "0": gettext_lazy("None asked for"),
    "1": gettext_lazy("Up to 1 year"),
    "3": gettext_lazy("Up to 3 years"),
    "5": gettext_lazy("Up to 5 years"),
    "6": gettext_lazy("More than 5 years"),
}

#: Groups open before anything is chosen in them.
_OPEN = (Group.TYPE, Group.WORKPLACE, Group.PLACE)

#: Groups whose values have an order of their own.
_FIXED = (Group.TYPE, Group.WORKPLACE, Group.EDUCATION, Group.EXPERIENCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetOption:
    """A box to tick: `value` of a parameter, and how many postings it would show.

    `count` is None where nothing is counted. `inside` are the parts of a place.
    """

    value: str
    label: str
    count: int | None
    chosen: bool
    not_stated: bool = False
    inside: tuple[FacetOption, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetGroup:
    """One filter: `name` is its parameter, `more` holds the options past ten.

    Of a `single` one at most one option is chosen; its first has an empty value.
    `beside` are boxes of other parameters that belong to it, by their name.
    """

    name: str
    label: str
    options: tuple[FacetOption, ...]
    more: tuple[FacetOption, ...] = ()
    chosen: int = 0
    open: bool = False
    single: bool = False
    beside: tuple[tuple[str, tuple[FacetOption, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """A chosen value, and the address of the search without it."""

    group: str
    label: str
    remove_url: str


def value_label(group: Group, value: str, names: Mapping[str, str]) -> str:
    """A value in words; `names` are of organizations, by primary key as text."""
    if value == NOT_STATED:
        return _("Not stated")
    if group is Group.ORGANIZATION:
        return names.get(value, value)
    return str(_VALUE_LABELS[group](value))


def _place_label(value: str) -> str:
    return place_label(value) if "/" in value else wording.country_name(value)


_VALUE_LABELS: Mapping[Group, Callable[[str], object]] = {
    Group.TYPE: EMPLOYMENT_LABELS.__getitem__,
    Group.WORKPLACE: WORKPLACE_LABELS.__getitem__,
    Group.PLACE: _place_label,
    Group.INDUSTRY: str,
    Group.EDUCATION: CREDENTIAL_LABELS.__getitem__,
    Group.EXPERIENCE: EXPERIENCE_LABELS.__getitem__,
    Group.LANGUAGE: wording.language_name,
}


def facet_groups(
    criteria: Criteria, results: Results, names: Mapping[str, str]
) -> tuple[FacetGroup, ...]:
    """The filters that have something to choose, or something chosen."""
    groups = []
    for group in Group:
        if group is Group.ORGANIZATION and criteria.employer is not None:
            continue
        if found := _group(group, criteria, results, names):
            groups.append(found)
        if group is Group.PLACE:
            if pay := _pay(criteria, results.facets.pay):
                groups.append(pay)
            if posted := _posted(criteria, results):
                groups.append(posted)
    return tuple(groups)


def _group(
    group: Group, criteria: Criteria, results: Results, names: Mapping[str, str]
) -> FacetGroup | None:
    chosen = criteria.values(group)
    found = results.facets.groups.get(group, ())
    options = tuple(_option(group, each, chosen, names) for each in found)
    stated = [each for each in options if not each.not_stated]
    if not options or not (stated or chosen):
        return None
    shown, more = _folded(_ordered(group, options))
    return FacetGroup(
        name=group.value,
        label=str(LABELS[group]),
        options=shown,
        more=more,
        chosen=len(chosen),
        open=bool(chosen) or group in _OPEN,
    )


def _option(
    group: Group, counted: Counted, chosen: Iterable[str], names: Mapping[str, str]
) -> FacetOption:
    return FacetOption(
        value=counted.value,
        label=value_label(group, counted.value, names),
        count=counted.count,
        chosen=counted.value in chosen,
        not_stated=counted.value == NOT_STATED,
        inside=tuple(_option(group, each, chosen, names) for each in counted.inside),
    )


def _ordered(group: Group, options: Iterable[FacetOption]) -> tuple[FacetOption, ...]:
    """Fixed lists as they are, others by count; "not stated" last."""
    if group in _FIXED:
        order = {value: place for place, value in enumerate(_order(group))}
        return tuple(
            sorted(options, key=lambda each: order.get(each.value, len(order)))
        )
    return tuple(
        sorted(
            options,
            key=lambda each: (
                each.not_stated,
                -(each.count or 0),
                each.label.casefold(),
            ),
        )
    )


def _order(group: Group) -> Iterator[str]:
    fixed: Mapping[Group, Callable[[], Iterable[str]]] = {
        Group.TYPE: lambda: EMPLOYMENT_LABELS,
        Group.WORKPLACE: lambda: WORKPLACE_LABELS,
        Group.EDUCATION: lambda: CREDENTIAL_LABELS,
        Group.EXPERIENCE: lambda: EXPERIENCE_LABELS,
    }
    yield from fixed[group]()
    yield NOT_STATED


def _folded(
    options: tuple[FacetOption, ...],
) -> tuple[tuple[FacetOption, ...], tuple[FacetOption, ...]]:
    """The options shown and those under "more"; a chosen one is always shown."""
    first = options[:SHOWN]
    kept = [each for each in options[SHOWN:] if each.chosen or each.inside]
    return (*first, *kept), tuple(e for e in options[SHOWN:] if e not in kept)


def _posted(criteria: Criteria, results: Results) -> FacetGroup | None:
    if not results.facets.posted:
        return None
    days = criteria.posted_days
    options = [_any(_("Any time"), chosen=not days)]
    options += [
        FacetOption(
            value=str(each),
            label=posted_label(each),
            count=count,
            chosen=each == days,
        )
        for each, count in results.facets.posted
    ]
    return FacetGroup(
        name="posted",
        label=_("Date posted"),
        options=tuple(options),
        chosen=int(bool(days)),
        open=bool(days),
        single=True,
    )


def posted_label(days: int) -> str:
    if days == 1:
        return _("Last 24 hours")
    return ngettext("Last %(count)d day", "Last %(count)d days", days) % {"count": days}


def _pay(criteria: Criteria, facet: PayFacet) -> FacetGroup | None:
    """Amounts in one currency, the other currencies, and a box for pay stated at all."""
    chosen = criteria.pay
    if not facet.currency and not criteria.paid_only:
        return None
    # A currency chosen alone stays chosen when the form is sent again.
    alone = str(chosen) if chosen and not chosen.yearly else ""
    any_pay = _any(_("Any pay"), chosen=not (chosen and chosen.yearly))
    options = [replace(any_pay, value=alone)]
    options += [
        FacetOption(
            value=str(Pay(facet.currency, amount)),
            label=pay_label(Pay(facet.currency, amount)),
            count=count,
            chosen=chosen == Pay(facet.currency, amount),
        )
        for amount, count in facet.amounts
    ]
    others = [
        FacetOption(
            value=each.value,
            label=wording.currency_name(each.value),
            count=each.count,
            chosen=False,
        )
        for each in sorted(facet.currencies, key=lambda each: -each.count)
        if each.value != facet.currency
    ]
    stated = FacetOption(
        value="1",
        label=_("Only with pay stated"),
        count=None,
        chosen=criteria.paid_only,
    )
    return FacetGroup(
        name="pay",
        label=_("Pay from, a year"),
        options=tuple(options),
        more=tuple(others[:SHOWN]),
        chosen=int(chosen is not None) + int(criteria.paid_only),
        open=True,
        single=True,
        beside=(("paid", (stated,)),),
    )


def pay_label(pay: Pay) -> str:
    if not pay.yearly:
        return wording.currency_name(pay.currency)
    return wording.whole_money(pay.yearly, pay.currency)


def _any(label: str, *, chosen: bool) -> FacetOption:
    return FacetOption(value="", label=label, count=None, chosen=chosen)


def include_closed(criteria: Criteria, results: Results) -> FacetOption:
    return FacetOption(
        value="1",
        label=_("Include closed jobs"),
        count=results.closed,
        chosen=criteria.include_closed,
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
    if criteria.pay is not None:
        found.append(
            Chip(
                group=_("Pay from"),
                label=pay_label(criteria.pay),
                remove_url=replace(criteria, pay=None).url(),
            )
        )
    if criteria.paid_only:
        found.append(
            Chip(
                group=_("Pay"),
                label=_("Stated"),
                remove_url=replace(criteria, paid_only=False).url(),
            )
        )
    if criteria.posted_days:
        found.append(
            Chip(
                group=_("Posted"),
                label=posted_label(criteria.posted_days),
                remove_url=replace(criteria, posted_days=0).url(),
            )
        )
    if criteria.include_closed:
        found.append(
            Chip(
                group=_("Status"),
                label=_("Open and closed"),
                remove_url=criteria.with_closed(include=False).url(),
            )
        )
    return tuple(found)
