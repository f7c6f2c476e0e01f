"""`baseSalary` and `estimatedSalary`: numbers only where sure, wording always kept.

The shapes of an amount are read here, its wordings in `pay_wording`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from postings.ingest.normalise import text as texts
from postings.ingest.normalise.pay_wording import (
    MAX_AMOUNT,
    STANDARD_UNITS,
    currencies,
    currency_of,
    in_cents,
    is_number,
    salary_of,
    unit_of,
)
from postings.ingest.report import Code, Notes, sentence
from postings.schemaorg import MAX_TEXT, Salary, UnitText

#: The longest list that is looked through for amounts.
_MAX_ITEMS = 50

#: Amounts are nested three deep at most: MonetaryAmount, QuantitativeValue, list.
_MAX_DEPTH = 8

_GOOGLE = STANDARD_UNITS["unitText"]

#: Between the ends of a range and between wordings, in a kept text.
_JOIN = " – "  # noqa: RUF001

#: What programs write where they know nothing.
_NOTHING = frozenset(
    {"nan", "inf", "infinity", "-inf", "-infinity", "null", "none", "undefined", "n/a",
     "na", "-", "[object object]"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """What is known of an amount from around it."""

    notes: Notes
    currency: str
    country: str
    unit: UnitText | None = None
    depth: int = 0

    def salary(self, amount: Decimal | None = None, *, text: str = "") -> Salary:
        return Salary(
            min_value=amount,
            max_value=amount,
            currency=self.currency,
            unit_text=self.unit,
            text=text,
        )


_UNKNOWN = Salary()


def salary(
    value: Any, where: str, notes: Notes, *, currency: Any = None, country: str = ""
) -> Salary:
    """Any shape of an amount of pay as a `Salary`.

    `currency` is the posting's `salaryCurrency`, used where the amount names none;
    what is wrong with it is left to `currency_code` to report. `country` (ISO 3166-1
    alpha-2) tells which dollar or krona a mere sign means. A zero is unknown; a range
    in the wrong order is turned round. Cost: 3 µs for Google's form, linear else.
    """
    if value is None:
        return _UNKNOWN
    if type(value) is dict:
        found = _google(value)
        if found is not None:
            return found
    if not _items(value):
        return _UNKNOWN
    stated = _currency(currency, "", Notes(""), "", country)
    context = _Context(notes=notes, currency=stated, country=country)
    return _read(value, where, context)


def currency_code(value: Any, where: str, notes: Notes) -> str:
    """An ISO 4217 code CLDR knows, or "". A name or sign of one currency is read."""
    return _currency(value, where, notes, "", "")


def _google(item: Mapping[str, Any]) -> Salary | None:
    """The common case: MonetaryAmount with clean numbers in Google's form."""
    inner, code = item.get("value"), item.get("currency")
    if type(inner) is not dict or type(code) is not str or code not in currencies():
        return None
    unit = inner.get("unitText")
    if type(unit) is not str or unit not in _GOOGLE or "unitCode" in inner:
        return None
    low: Any = inner.get("minValue")
    high: Any = inner.get("maxValue")
    if low is None and high is None:
        low = high = inner.get("value")
    elif "value" in inner:
        return None
    if type(low) not in (int, float) or type(high) not in (int, float):
        return None
    if not 1 <= low <= high < MAX_AMOUNT or "minValue" in item or "maxValue" in item:
        return None
    return Salary(
        min_value=in_cents(low),
        max_value=in_cents(high),
        currency=code,
        unit_text=_GOOGLE[unit],
    )


def _read(value: Any, where: str, context: _Context) -> Salary:
    items = _items(value)
    if len(items) > 1:
        return _several(items, where, context)
    if not items:
        return context.salary()
    item = items[0]
    if isinstance(item, Mapping):
        if context.depth == _MAX_DEPTH:
            context.notes.ignored(
                Code.BAD_VALUE, where, sentence("Amounts nested too deep.")
            )
            return context.salary()
        return _amount(item, where, replace(context, depth=context.depth + 1))
    if isinstance(item, str):
        return _text(item, where, context)
    return context.salary(_exact(item, where, context.notes))


def _items(value: Any) -> list[Any]:
    """`text.values` without recursion, at most `_MAX_ITEMS` of them."""
    found: list[Any] = []
    stack = [value]
    while stack and len(found) < _MAX_ITEMS:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, Mapping):
            wrapper = next((key for key in _WRAPPERS if key in item), None)
            if wrapper:
                stack.append(item[wrapper])
            elif item:
                found.append(item)
        elif item is not None and not (isinstance(item, str) and not item.strip()):
            found.append(item)
    return found


_WRAPPERS = ("@value", "@list", "@set")
_MINIMA = ("minValue", "minPrice", "percentile10", "percentile25")
_MAXIMA = ("maxValue", "maxPrice", "percentile90", "percentile75")
_SINGLES = ("value", "price", "median", "amount")
_WORDINGS = ("text", "description", "name")


def _amount(item: Mapping[str, Any], where: str, context: _Context) -> Salary:
    """MonetaryAmount, QuantitativeValue, PriceSpecification or a distribution."""
    notes = context.notes
    code = _present(item, ("currency", "priceCurrency"))
    named = _currency(
        code, f"{where}/currency", notes, context.currency, context.country
    )
    unit, unread = _unit(item, where, notes)
    if code is not None and not named:
        unread = f"{_plain(code, where, Notes(''))} {unread}".strip()
    context = replace(
        context, currency=named or context.currency, unit=unit or context.unit
    )
    ends = _ends(item, where, context)
    found = _single(item, where, context, ends)
    if unread and not found.text and not _is_empty(found):
        found = replace(found, text=f"{_shown(found)} {unread}"[:MAX_TEXT])
    return found


def _ends(item: Mapping[str, Any], where: str, context: _Context) -> Salary:
    """The range of an object that names its ends."""
    low = _read(_present(item, _MINIMA), f"{where}/minValue", context)
    high = _read(_present(item, _MAXIMA), f"{where}/maxValue", context)
    joined = _joined(low, high)
    if joined is None:
        context.notes.ignored(
            Code.UNKNOWN_VALUE,
            where,
            sentence("The ends of the range do not fit together."),
        )
        return context.salary(text=_both(low, high))
    return _ordered(joined, where, context.notes)


def _single(
    item: Mapping[str, Any], where: str, context: _Context, ends: Salary
) -> Salary:
    """The one amount of an object, beside the ends it may have."""
    value = _present(item, _SINGLES)
    where = f"{where}/value"
    if _is_empty(ends):
        parts = _items(item.get("priceComponent")) if value is None else []
        if len(parts) > 1:
            context.notes.ignored(
                Code.UNKNOWN_VALUE,
                where,
                sentence("A sum of several parts was not read."),
            )
            return ends
        if value is None and not parts and not ends.text:
            value = _wording_of(item)
        found = _read(parts or value, where, context)
        return replace(found, text=_both(ends, found)) if ends.text else found
    # A wording beside numbers is kept and need not be understood.
    quiet = replace(context, notes=Notes("")) if isinstance(value, str) else context
    found = _read(value, where, quiet)
    if _is_empty(found):
        return replace(ends, text=_both(ends, found))
    kept, left = (found, ends) if isinstance(value, Mapping) else (ends, found)
    if not isinstance(value, str) or not found.text:
        _compare(kept, left, where, context.notes)
    return replace(kept, text=_both(ends, found))


def _compare(kept: Salary, left: Salary, where: str, notes: Notes) -> None:
    """Reports an amount that lies outside the one it stands beside."""
    low, high = kept.min_value or 0, kept.max_value or MAX_AMOUNT
    for amount in (left.min_value, left.max_value):
        if amount is not None and not low <= amount <= high:
            notes.ignored(
                Code.BAD_VALUE, where, sentence("Another amount beside the range was left."), str(amount)
            )  # fmt: skip
            return


def _several(items: list[Any], where: str, context: _Context) -> Salary:
    """Two amounts are the ends of a range; of others the only readable one counts."""
    notes = context.notes
    readings: dict[Salary, None] = {}
    for item in items:
        readings.setdefault(_read(item, where, context))
    found = list(readings)
    if len(found) == 1:
        return found[0]
    if len(found) == 2:  # noqa: PLR2004  # the two ends
        low, high = found
        joined = None if _is_empty(low) or _is_empty(high) else _joined(low, high)
        if joined is not None:
            return _ordered(joined, where, notes)
    known = [reading for reading in found if not _is_empty(reading)]
    notes.ignored(
        Code.BAD_VALUE, where, sentence("Several amounts that are no range were left.")
    )
    if len(known) == 1 or (known and isinstance(items[0], Mapping)):
        return replace(known[0], text=_both(*found))
    return context.salary(text=_both(*found))


def _joined(low: Salary, high: Salary) -> Salary | None:
    """A range of two readings, either of which may be empty; None if they differ."""
    first, last = low.min_value, high.max_value
    if low.max_value not in (None, first) or high.min_value not in (None, last):
        return None
    if (low.currency and high.currency and low.currency != high.currency) or (
        low.unit_text and high.unit_text and low.unit_text != high.unit_text
    ):
        return None
    return Salary(
        min_value=first,
        max_value=last,
        currency=low.currency or high.currency,
        unit_text=low.unit_text or high.unit_text,
        text=_both(low, high),
    )


def _ordered(salary: Salary, where: str, notes: Notes) -> Salary:
    low, high = salary.min_value, salary.max_value
    if low is None or high is None or low <= high:
        return salary
    notes.repaired(
        Code.BAD_VALUE,
        where,
        sentence("The range was in the wrong order."),
        f"{low}-{high}",
    )
    return replace(salary, min_value=high, max_value=low)


def _is_empty(salary: Salary) -> bool:
    return salary.min_value is None and salary.max_value is None


def _both(*readings: Salary) -> str:
    wordings = dict.fromkeys(reading.text for reading in readings if reading.text)
    return _JOIN.join(wordings)[:MAX_TEXT]


def _shown(salary: Salary) -> str:
    ends = (salary.min_value, salary.max_value)
    amounts = dict.fromkeys(f"{end.normalize():f}" for end in ends if end is not None)
    return _JOIN.join(amounts)


def _present(item: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((item[key] for key in keys if _items(item.get(key))), None)


def _wording_of(item: Mapping[str, Any]) -> str | None:
    """A text about an amount that has none; only with digits is it one."""
    for key in _WORDINGS:
        words = item.get(key)
        if isinstance(words, str) and re.search("[0-9]", words):
            return words
    return None


def _exact(value: Any, where: str, notes: Notes) -> Decimal | None:
    """A number that can be pay; None for zero, which is unknown."""
    is_numeric = type(value) in (int, float, Decimal)
    # Decimal refuses to compare a NaN, and nothing else is unlike itself.
    if is_numeric and value == value and 0 <= value < MAX_AMOUNT:  # noqa: PLR0124
        amount = in_cents(value)
        if amount < MAX_AMOUNT:
            return amount or None
    # Python writes no integer of more than 4,300 digits.
    is_huge = isinstance(value, int) and abs(value) > 10**100
    shown = "a huge number" if is_huge else str(value)
    notes.ignored(Code.BAD_VALUE, where, sentence("No amount of pay."), shown)
    return None


def _text(value: str, where: str, context: _Context) -> Salary:
    """A number as text, or a wording."""
    bare = value.strip()
    if is_number(bare):
        return context.salary(_exact(Decimal(bare), where, context.notes))
    words = texts.text(value, where, context.notes)
    if not words or words.casefold() in _NOTHING:
        context.notes.ignored(
            Code.BAD_VALUE, where, sentence("No amount of pay."), value
        )
        return context.salary()
    found = salary_of(
        words, currency=context.currency, country=context.country, unit=context.unit
    )
    if found is None:
        context.notes.ignored(
            Code.UNKNOWN_VALUE,
            where,
            sentence("The wording gives no sure numbers and was kept as it is."),
            words,
        )
        return context.salary(text=words)
    if _is_empty(found):
        return found
    context.notes.repaired(
        Code.UNDERSTOOD_WORDING,
        where,
        sentence("The numbers were read out of a wording."),
        words,
    )
    for stated, said in (
        (context.currency, found.currency),
        (context.unit, found.unit_text),
    ):
        if stated and said != stated:
            context.notes.ignored(
                Code.BAD_VALUE, where, sentence("The wording says {value}, which was taken.", value=said or "-"), stated
            )  # fmt: skip
    return _ordered(found, where, context.notes)


def _currency(value: Any, where: str, notes: Notes, stated: str, country: str) -> str:
    """A currency by its code, name or sign."""
    if type(value) is str and value in currencies():
        return value
    words = _plain(value, where, notes)
    if not words or words in currencies():
        return words
    code = currency_of(words, stated=stated, country=country)
    if code:
        notes.repaired(
            Code.UNDERSTOOD_WORDING,
            where,
            sentence("The currency was read as {value}.", value=code),
            words,
        )
        return code
    notes.ignored(
        Code.UNKNOWN_VALUE, where, sentence("No currency code of ISO 4217."), words
    )
    return ""


def _unit(
    item: Mapping[str, Any], where: str, notes: Notes
) -> tuple[UnitText | None, str]:
    """The unit of an amount, or else the wording that is none."""
    unread = ""
    for key, standard in STANDARD_UNITS.items():
        words = _plain(item.get(key), f"{where}/{key}", notes)
        if not words:
            continue
        unit = standard.get(words)
        if unit:
            return unit, ""
        unit = unit_of(words)
        if unit:
            notes.repaired(
                Code.UNDERSTOOD_WORDING,
                f"{where}/{key}",
                sentence("The unit of pay was read as {value}.", value=str(unit)),
                words,
            )
            return unit, ""
        notes.ignored(
            Code.UNKNOWN_VALUE, f"{where}/{key}", sentence("No unit of pay."), words
        )
        unread = unread or words
    reference = item.get("referenceQuantity")
    if isinstance(reference, Mapping) and reference.get("value", 1) in (1, "1"):
        return _unit(
            {key: reference.get(key) for key in ("unitText", "unitCode")},
            f"{where}/referenceQuantity",
            notes,
        )
    return None, unread


def _plain(value: Any, where: str, notes: Notes) -> str:
    """A short text, or the name of a Thing."""
    item = next(iter(_items(value)), None)
    if isinstance(item, Mapping):
        item = item.get("name")
    if isinstance(item, str):
        return texts.text(item, where, notes)
    if item is not None:
        notes.ignored(Code.BAD_VALUE, where, sentence("Expected a text."))
    return ""
