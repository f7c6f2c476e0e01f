"""`baseSalary` and `estimatedSalary`: numbers only where sure, wording always kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale

from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes
from postings.schemaorg import Salary, UnitText

#: Amounts at and above this are not wages and would not fit their columns.
MAX_AMOUNT = Decimal(10) ** 12

_UNITS: Mapping[str, UnitText] = {
    "hour": UnitText.HOUR, "hourly": UnitText.HOUR, "hr": UnitText.HOUR,
    "h": UnitText.HOUR, "hur": UnitText.HOUR,
    "day": UnitText.DAY, "daily": UnitText.DAY,
    "week": UnitText.WEEK, "weekly": UnitText.WEEK, "wee": UnitText.WEEK,
    "month": UnitText.MONTH, "monthly": UnitText.MONTH, "mon": UnitText.MONTH,
    "year": UnitText.YEAR, "yearly": UnitText.YEAR, "annual": UnitText.YEAR,
    "annually": UnitText.YEAR, "annum": UnitText.YEAR, "ann": UnitText.YEAR,
}  # fmt: skip


def salary(value: Any, where: str, notes: Notes, *, currency: Any = None) -> Salary:
    """MonetaryAmount, number or text as a `Salary`.

    `currency` is the posting's `salaryCurrency`, used where the amount names none.
    A zero is unknown; a range in the wrong order is turned round.
    """
    item = texts.first(value)
    if item is None:
        return Salary()
    code = currency_code(currency, "salaryCurrency", notes)
    if not isinstance(item, Mapping):
        amount = _amount(item)
        if amount is None:
            return Salary(text=texts.text(item, where, notes), currency=code)
        return _checked(
            Salary(min_value=amount, max_value=amount, currency=code), where, notes
        )
    code = currency_code(item.get("currency"), f"{where}/currency", notes) or code
    inner = texts.first(item.get("value"))
    holder: Mapping[str, Any] = inner if isinstance(inner, Mapping) else item
    unit = _unit(holder, f"{where}/value", notes) or _unit(item, where, notes)
    low, high = (_known(holder, key, item) for key in ("minValue", "maxValue"))
    single = texts.first(holder.get("value")) if holder is inner else inner
    if low is None and high is None:
        low = high = (
            _median(item) if single is None or single == "" else _amount(single)
        )
    wording = (
        texts.text(single, where, notes)
        if isinstance(single, str) and _amount(single) is None
        else ""
    )
    if low is None and high is None and not wording:
        if single is not None:
            notes.ignored(Code.BAD_VALUE, where, "No amount of money.", single)
        return Salary(currency=code, unit_text=unit)
    found = Salary(
        min_value=low, max_value=high, currency=code, unit_text=unit, text=wording
    )
    return _checked(found, where, notes)


def currency_code(value: Any, where: str, notes: Notes) -> str:
    """An ISO 4217 code CLDR knows, or ""."""
    words = texts.text(value, where, notes)
    if not words:
        return ""
    code = words.upper()
    if code in _currencies():
        return code
    notes.ignored(Code.UNKNOWN_VALUE, where, "No currency code of ISO 4217.", words)
    return ""


@cache
def _currencies() -> frozenset[str]:
    return frozenset(Locale.parse("en").currencies)


def _checked(salary: Salary, where: str, notes: Notes) -> Salary:
    low, high = salary.min_value, salary.max_value
    for amount in (low, high):
        if amount is not None and not 0 <= amount < MAX_AMOUNT:
            notes.ignored(Code.BAD_VALUE, where, "No amount of pay.", str(amount))
            return replace(salary, min_value=None, max_value=None)
    low, high = low or None, high or None
    if low is not None and high is not None and low > high:
        notes.repaired(
            Code.BAD_VALUE, where, "The range was in the wrong order.", f"{low}-{high}"
        )
        low, high = high, low
    return replace(salary, min_value=low, max_value=high)


def _known(
    holder: Mapping[str, Any], key: str, outer: Mapping[str, Any]
) -> Decimal | None:
    value = texts.first(holder.get(key))
    return _amount(texts.first(outer.get(key)) if value is None else value)


def _median(item: Mapping[str, Any]) -> Decimal | None:
    """MonetaryAmountDistribution's middle, for `estimatedSalary`."""
    return _amount(texts.first(item.get("median")))


def _unit(holder: Mapping[str, Any], where: str, notes: Notes) -> UnitText | None:
    for key in ("unitText", "unitCode"):
        words = texts.text(holder.get(key), f"{where}/{key}", notes)
        if not words:
            continue
        unit = _UNITS.get(re.sub(r"^per\s+", "", words.casefold().strip(" .")))
        if unit is None:
            notes.ignored(
                Code.UNKNOWN_VALUE, f"{where}/{key}", "No unit of pay.", words
            )
        return unit
    return None


def _amount(value: Any) -> Decimal | None:
    """A number, or text that is nothing but one; thousands may be grouped."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        text = repr(value)
    elif isinstance(value, str):
        text = re.sub(
            r"(?<=\d)[\s',\u00a0\u202f\u2019](?=\d{3}(\D|$))", "", value.strip()
        )
    else:
        return None
    if not re.fullmatch(r"-?\d{1,20}(\.\d{1,10})?(e[+-]?\d{1,2})?", text):
        return None
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
