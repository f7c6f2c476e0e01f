"""The pay: given in numbers, whole, and such as can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice

from postings.eligibility.rules import Finding, Rule, found, quoted, shortened
from postings.schemaorg import EmploymentType, Posting, Salary, UnitText

#: Currencies in which the same amounts are plausible, and those amounts.
_HARD = {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"}
_PLAUSIBLE: Mapping[UnitText, tuple[int, int]] = {
    UnitText.HOUR: (1, 1_000),
    UnitText.DAY: (10, 8_000),
    UnitText.WEEK: (20, 25_000),
    UnitText.MONTH: (50, 60_000),
    UnitText.YEAR: (1_000, 5_000_000),
}
#: Less is no pay for a year in any other currency.
_LEAST_A_YEAR = 100


def findings(posting: Posting) -> Iterator[Finding]:
    salary = posting.base_salary
    amounts = _amounts(salary)
    if not amounts:
        if salary.text:
            yield found(
                Rule.PAY_IN_WORDS,
                f"The pay is given in words, {quoted(salary.text)}; Google reads numbers.",
            )
        elif _amounts(posting.estimated_salary):
            yield found(Rule.ESTIMATE_ONLY)
        elif wording := _pay_in(posting.description):
            yield found(
                Rule.PAY_IN_DESCRIPTION,
                f"The pay stands in the description alone: {quoted(wording)}.",
            )
        else:
            yield found(Rule.MISSING_PAY)
        return
    if not salary.currency:
        yield found(Rule.MISSING_CURRENCY)
    if salary.unit_text is None:
        yield found(Rule.MISSING_PAY_UNIT)
    if amounts[0] > amounts[-1]:
        yield found(Rule.PAY_OUT_OF_ORDER)
    unpaid = {EmploymentType.VOLUNTEER, EmploymentType.INTERN}
    if not (max(amounts) == 0 and unpaid & set(posting.employment_type.types)):
        yield from _implausible(salary, max(amounts))


def _amounts(salary: Salary) -> list[Decimal]:
    return [
        value
        for value in (salary.min_value, salary.max_value)
        if value is not None and value.is_finite()
    ]


def _implausible(salary: Salary, most: Decimal) -> Iterator[Finding]:
    least, highest = Decimal(0), None
    if salary.unit_text is not None and salary.currency in _HARD:
        least, highest = map(Decimal, _PLAUSIBLE[salary.unit_text])
    elif salary.unit_text is UnitText.YEAR:
        least = Decimal(_LEAST_A_YEAR)
    if most <= 0 or most < least or (highest is not None and most > highest):
        amount = f"{salary.currency} {shortened(str(most).removesuffix('.00'))}"
        unit = f" for one {salary.unit_text.lower()}" if salary.unit_text else ""
        yield found(
            Rule.IMPLAUSIBLE_PAY,
            f"{amount.strip()}{unit} can hardly be meant.",
        )


#: Characters of a description that are looked at.
_LOOKED_AT = 50_000

_SIGNS = ("$", "€", "£", "EUR", "USD", "GBP", "CHF", "SEK", "PLN", "CZK", "zł")
_NUMBER = re.compile(
    r"\d{1,3}(?:[ .,'\u00a0]\d{3}){1,3}(?!\d)|\d{1,9}(?:[.,]\d\d\b)?(?:k\b)?"
)
_CURRENCY = "|".join(map(re.escape, _SIGNS))
_BEFORE = re.compile(rf"(?:{_CURRENCY})\s?$")
_AFTER = re.compile(rf"\s?k?\s?(?:{_CURRENCY})")
_PAY_WORDS = re.compile(
    r"salar|wage|compensation|\bpay (?:range|rate|scale|band)|base pay|remunerat|gehalt|brutto"
    r"|vergütung|entgelt|lohn|salaire|rémunération|sueldo|stipendi|retribuzione|\blön|\bmzd"
    r"|wynagrodz|(?:per|an|/) ?(?:hour|hr)\b|hourly",
    re.IGNORECASE,
)
_PERKS = re.compile(
    r"reimburs|allowance|budget|bonus|wellness|learn|travel|contribut|referr|office|raised",
    re.IGNORECASE,
)
_MILLIONS = re.compile(r"\s?(?:m|mm|mio|mn|million|millionen|b|bn|billion|mrd)\b", re.I)
_NEAR = 60


def _pay_in(html: str) -> str:
    """The wording of an amount a description calls pay, or ""."""
    text = html[:_LOOKED_AT]
    if not any(sign in text for sign in _SIGNS):
        return ""
    for match in islice(_NUMBER.finditer(text), 300):
        start, end = match.span()
        if sign := _BEFORE.search(text[max(0, start - 5) : start]):
            amount = sign[0] + match[0]
        elif sign := _AFTER.match(text, end):
            amount = match[0] + sign[0]
        else:
            continue
        around = text[max(0, start - _NEAR) : start], text[end : end + _NEAR // 2]
        if (
            any(map(_PAY_WORDS.search, around))
            and not any(map(_PERKS.search, around))
            and not _MILLIONS.match(around[1])
        ):
            return amount
    return ""
