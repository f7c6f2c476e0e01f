"""`baseSalary` and `estimatedSalary`: numbers only where sure, wording always kept.

A wording is cut into words of known roles (number, currency, unit, "up to", ...). It
gives numbers only where these make up one of a few shapes with nothing unknown left
over; "plus ..." at the end may say anything that has no digits.
"""
# The tables hold words of languages written in other letters than Latin.
# ruff: noqa: RUF001

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies

from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes
from postings.schemaorg import MAX_TEXT, Salary, UnitText

#: Amounts at and above this are not wages and would not fit their columns.
MAX_AMOUNT = Decimal(10) ** 12

_CENT = Decimal("0.01")
_THOUSAND = 1000

#: The longest list that is looked through for amounts.
_MAX_ITEMS = 50

#: Amounts are nested three deep at most: MonetaryAmount, QuantitativeValue, list.
_MAX_DEPTH = 8

#: The ends of a range in one wording are never further apart: "£30-40,000" means
#: something else.
_MAX_SPREAD = 20

#: Years, where a number has neither a currency nor a unit.
_YEARS = range(1900, 2100)

#: Google's `unitText` and UN/CEFACT's `unitCode`, the forms that need no report.
_STANDARD: Mapping[str, Mapping[str, UnitText]] = {
    "unitText": {str(unit): unit for unit in UnitText},
    "unitCode": {
        "HUR": UnitText.HOUR, "DAY": UnitText.DAY, "WEE": UnitText.WEEK,
        "MON": UnitText.MONTH, "ANN": UnitText.YEAR,
    },
    "duration": {
        "PT1H": UnitText.HOUR, "P1D": UnitText.DAY, "P1W": UnitText.WEEK,
        "P7D": UnitText.WEEK, "P1M": UnitText.MONTH, "P1Y": UnitText.YEAR,
        "P12M": UnitText.YEAR,
    },
}  # fmt: skip
_GOOGLE = _STANDARD["unitText"]
_CODES = {code: unit for table in _STANDARD.values() for code, unit in table.items()}

#: Nouns of a unit, one word each; pay "per", "/", "pro" ... one of them is by that unit.
_NOUNS: Mapping[UnitText, str] = {
    UnitText.HOUR: "hour hours hr hrs h hur stunde stunden std stdn heure heures hora horas ora ore "
    "uur uren tim timme timmar timmen time timer timen godzina godziny godzinę godz hodina hodinu "
    "hodiny hod óra час часа ч tunti tunnissa saat ώρα",
    UnitText.DAY: "day days d diem tag tage jour jours j día días dia dias giorno giorni dag dagen "
    "dzień dnia den nap gün день päivä",
    UnitText.WEEK: "week weeks wk wks w wee woche wochen semaine semaines semana semanas settimana "
    "settimane weken vecka veckan uge ugen uke uka tydzień týden hét hafta неделю viikko",
    UnitText.MONTH: "month months mo mth mths mon monat monate mtl mois mes mês mese mesi maand maanden "
    "månad månaden mån måned måneden mnd md miesiąc mies mc msc měsíc měs hó hónap ay месяц мес "
    "kuukausi kk lună 月",
    UnitText.YEAR: "year years yr yrs y annum anno ann jahr jahre an ans année annee año años ano anos jaar "
    "år året rok roku év yıl год vuosi 年",
}  # fmt: skip
#: Nouns that are common words of other languages: units only after a word of `_PER`.
_NEVER_BARE = frozenset({"time", "an", "d", "j", "w", "y"})

_PER = (
    "per|per -|each|every|a|an|pro|je|par|por|al|a la|à la|à l|ao|pe|l|all|alla|de l|cada|ogni|im|"
    "na|za|w|v|i|om|pr|в|за|/|/ per|p /"
)  # fmt: skip

#: Words that say a unit by themselves.
_UNITS: Mapping[UnitText, str] = {
    UnitText.HOUR: "hourly|p h|ph|stündlich|stundenlohn|horaire|timlön|timelønn|timeløn|uurloon|"
    "godzinowo|hodinově|óránként|時給|时薪|/ 小时|每小时|시급",
    UnitText.DAY: "daily|day rate|p d|pd|täglich|tagessatz|tagesgage|journalier|denně|日給|日薪|일급",
    UnitText.WEEK: "weekly|p w|pw|wöchentlich|wochenlohn|hebdomadaire|semanal|settimanale|週給",
    UnitText.MONTH: "monthly|pcm|p c m|per calendar month|monatlich|monatsgehalt|monatslohn|mensuel|"
    "mensuelle|mensuels|mensual|mensuales|mensile|mensili|mensal|mensais|månadslön|månedslønn|"
    "månedsløn|maandelijks|měsíčně|mesačne|miesięcznie|havonta|havi|aylık|ежемесячно|月給|月薪|每月|월급",
    UnitText.YEAR: "yearly|annual|annually|p a|pa|annuel|annuelle|annuels|anual|anuales|annuale|"
    "annui|annuo|jährlich|jahresgehalt|jahresbrutto|jahresbruttogehalt|bruttojahresgehalt|årslön|"
    "årslønn|årsløn|årligen|jaarlijks|ročně|ročne|rocznie|évente|yıllık|年収|年俸|年薪|연봉",
}  # fmt: skip

#: "5 pm" is also a time of day: a unit only beside a currency sign.
_MONTH_OR_EVENING = "pm|p m"

#: Roles of the words of a wording. N is a number, S a currency, U a unit, O a noun of
#: a unit, W a weak unit, K thousands, Z digits that are no number, X unknown.
_ROLES: Mapping[str, str] = {
    # Leading: the least, the most.
    "F": "from|starting at|starting from|starts at|ab|od|från|fra|fra kr|vanaf|desde|a partir de|"
    "à partir de|dès|a partire da|já od|już od|от|alkaen",
    "T": "up to|to|bis|bis zu|do|až|až do|aż do|till|til|upp till|op til|opp til|tot|jusqu à|jusqu'à|"
    "hasta|até|fino a|до",
    # Leading or trailing: the least, the most.
    "L": "min|minimum|mindestens|minst|mínimo|or more|and above|upwards|at least|以上|から|이상",
    "M": "max|maximum|maximal|máximo|at most|or less|以下|まで|이하",
    # Between two amounts only.
    "R": "a|à|al|ao|〜",
    "D": "-|–|—|‐|‑|−",
    "B": "between|zwischen|entre|mellan|mellem|mellom|tussen|tra|między|pomiędzy|между",
    "A": "and|und|et|y|e|och|og|en|i|и|&",
    # What is said beside the base pay, to the end.
    "P": "+|plus|zzgl|zuzüglich|excl|excluding|exclusive of|más|oraz",
    # About, before the amount.
    "C": "circa|ca|approx|approximately|around|about|roughly|~|≈|約|cca|ok",
    # The same, but "C5" is also a pay grade: only beside a currency sign.
    "c": "c",
    # Harmless.
    "H": "salary|pay|wage|wages|rate|base|basic|base salary|gross|salary range|pay range|pay rate|"
    "salary of|gehalt|lohn|entgelt|vergütung|brutto|bruttó|netto|net|brut|bruto|bruts|lordo|lordi|"
    "lorda|hrubého|hrubá|mzda|salaire|salario|sueldo|salário|stipendio|ral|lön|løn|lønn|plat|"
    "wynagrodzenie|von|de|da|of|af|av|doe|depending on experience|dependent on experience|"
    "depending on qualifications|depending on skills and experience|dependent upon experience|based on experience|dependant on experience|"
    "according to experience|commensurate with experience|subject to experience|neg|negotiable|vb|"
    "je nach erfahrung|je nach qualifikation|selon expérience|selon experience|selon profil|"
    "según experiencia|pro rata|pro rata if part time|fte|full time equivalent|full time|full - time|pro - rata|vollzeit",
}  # fmt: skip

_THOUSANDS: Mapping[int, str] = {
    1000: "k|thousand|tsd|tys|tis|tusen|тыс",
    10_000: "万|萬|만",
    100_000: "lakh|lakhs|lac|lacs",
}  # fmt: skip

_DOLLARS = frozenset(
    ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "BBD", "BMD", "BND", "BSD", "BZD",
     "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "XCD", "ZWL"]
)  # fmt: skip
_PESOS = frozenset(["MXN", "ARS", "CLP", "COP", "UYU", "DOP", "CUP"])
_KRONER = frozenset(["SEK", "NOK", "DKK", "ISK"])
_POUNDS = frozenset(["GBP", "EGP", "FKP", "GIP", "SHP", "LBP", "SSP", "SDG", "SYP"])

#: "R5" is also a pay grade: this sign counts only where the currency is known as well.
_LETTER = frozenset({"ZAR", "BRL"})

#: Signs and names of currencies; a sign of several needs more to tell which.
_SIGNS: Mapping[str, frozenset[str]] = {
    "$": _DOLLARS | _PESOS, "dollar|dollars": _DOLLARS, "peso|pesos": _PESOS | {"PHP"},
    "£|pound|pounds": _POUNDS, "kr|kronor|kroner|króna": _KRONER,
    "¥": frozenset({"JPY", "CNY"}), "元": frozenset({"CNY", "TWD", "HKD"}),
    "rs|rupees": frozenset(["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]),
    "francs": frozenset(["CHF", "XOF", "XAF"]), "lei|leu": frozenset({"RON", "MDL"}),
    "r": _LETTER,
}  # fmt: skip
_ONE_SIGN: Mapping[str, str] = {
    "EUR": "€|euro|euros", "PLN": "zł|zl|złotych|zloty|zlotych", "CZK": "kč|korun",
    "HUF": "ft|forint", "CHF": "sfr|fr|franken", "INR": "₹", "TRY": "₺|tl", "BRL": "R$|reais",
    "RUB": "₽|руб|рублей", "UAH": "₴|грн", "ILS": "₪", "KRW": "₩|원", "VND": "₫|đ", "THB": "฿|บาท",
    "PHP": "₱", "NGN": "₦", "KZT": "₸", "JPY": "円|yen", "CNY": "rmb|人民币", "MYR": "rm", "IDR": "rp",
    "BGN": "лв", "USD": "US$|us dollar|us dollars|$ us|us $", "AUD": "AU$|A$|au $", "CAD": "CA$|C$|Can$|ca $|$ ca",
    "NZD": "NZ$|nz $", "SGD": "S$", "HKD": "HK$|hk $", "TWD": "NT$|nt $", "MXN": "MX$|mx $", "DKK": "dkr",
}  # fmt: skip
#: Codes that are no words, so that they may be written in lower case.
_LOWER_CODES = (
    "eur", "usd", "gbp", "chf", "pln", "czk", "sek", "nok", "dkk", "huf", "aud",
    "cad", "nzd", "inr", "jpy", "cny", "brl", "zar", "mxn", "sgd", "hkd",
)  # fmt: skip

#: Words that are a factor and a currency or a unit in one.
_PAIRS: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "tkr": (("K", 1000), ("S", _KRONER)), "lpa": (("K", 100_000), ("U", UnitText.YEAR)),
    "teur": (("K", 1000), ("S", frozenset({"EUR"}))),
    "t €": (("K", 1000), ("S", frozenset({"EUR"}))),
    **{f"k{code}": (("K", 1000), ("S", frozenset({code.upper()}))) for code in _LOWER_CODES},
}  # fmt: skip

#: Where an hour is paid in thousands, so that "15.000" is no 15 with three decimals.
_SMALL_MONEY = frozenset(
    ["JPY", "KRW", "VND", "IDR", "CLP", "COP", "PYG", "HUF", "CRC", "UGX", "TZS", "RWF",
     "XAF", "XOF", "NGN", "KZT", "MMK", "KHR", "LAK", "ISK", "ARS"]
)  # fmt: skip

#: What programs write where they know nothing.
_NOTHING = frozenset(
    {"nan", "inf", "infinity", "-inf", "-infinity", "null", "none", "undefined", "n/a",
     "na", "-", "[object object]"}
)  # fmt: skip

_CANONICAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")

#: Digits that stand right after a mark or digits are no number of their own; `.-`
#: after an amount is how francs and marks are written.
_TOKEN = re.compile(
    r"""
    (?<![\W\d_][.,']) (?<![0-9]) (?P<number>
        (?P<whole>
            [1-9][0-9]{0,2} (?P<mark>[ ,.']) [0-9]{3} (?:(?P=mark)[0-9]{3})*
          | [1-9][0-9]? (?:,[0-9]{2})+ ,[0-9]{3}
          | [1-9][0-9]{0,11} | 0
        )
        (?: (?!(?P=mark)) [.,] (?P<part>[0-9]{1,2}) )?
        (?: [.,]\ ?[-–—]{1,2} (?!\ ?[0-9]) )?
        (?![.,']?[0-9])
    )
    | (?P<digits>[0-9]+)
    | (?<![^\W_]) (?:US|AU|CA|NZ|HK|NT|MX|Can|A|C|S|R)\$
    | [\u3005-\u3007\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]
    | [^\W\d_\u3005-\u3007\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]+
    | [^\s.']
    """,
    re.VERBOSE,
)
_IGNORED_MARKS = frozenset(',;:()[]*!|•"=_')

_EXACT, _LEAST, _MOST, _RANGE = "exact", "least", "most", "range"

#: The roles that make up an amount, after harmless words, currencies and units are out.
_SHAPES = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        ("C?ND?", _EXACT),
        ("[FL]C?ND?|C?ND?L", _LEAST),
        ("[TM]C?ND?|C?ND?M", _MOST),
        ("[FLC]*ND?[RDTMC]ND?M?|BN[ARDT]N", _RANGE),
        ("ND?[RDT]NL", _LEAST),
    )
)

_Word = tuple[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Number:
    """`dotted`: one group of three behind a point. `plain`: whole, without groups."""

    value: Decimal
    dotted: bool = False
    plain: bool = False
    factor: int = 1

    def times(self, factor: int) -> _Number:
        return _Number(value=self.value * factor, factor=factor)


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
    if type(inner) is not dict or type(code) is not str or code not in _currencies():
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
        min_value=_quantized(low),
        max_value=_quantized(high),
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
            context.notes.ignored(Code.BAD_VALUE, where, "Amounts nested too deep.")
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
            Code.UNKNOWN_VALUE, where, "The ends of the range do not fit together."
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
                Code.UNKNOWN_VALUE, where, "A sum of several parts was not read."
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
                Code.BAD_VALUE, where, "Another amount beside the range was left.", str(amount)
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
    notes.ignored(Code.BAD_VALUE, where, "Several amounts that are no range were left.")
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
        Code.BAD_VALUE, where, "The range was in the wrong order.", f"{low}-{high}"
    )
    return replace(salary, min_value=high, max_value=low)


def _is_empty(salary: Salary) -> bool:
    return salary.min_value is None and salary.max_value is None


def _both(*readings: Salary) -> str:
    wordings = dict.fromkeys(reading.text for reading in readings if reading.text)
    return " – ".join(wordings)[:MAX_TEXT]


def _shown(salary: Salary) -> str:
    ends = (salary.min_value, salary.max_value)
    amounts = dict.fromkeys(f"{end.normalize():f}" for end in ends if end is not None)
    return " – ".join(amounts)


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
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    # Decimal refuses to compare a NaN, and nothing else is unlike itself.
    if is_number and value == value and 0 <= value < MAX_AMOUNT:  # noqa: PLR0124
        amount = _quantized(value)
        if amount < MAX_AMOUNT:
            return amount or None
    # Python writes no integer of more than 4,300 digits.
    is_huge = isinstance(value, int) and abs(value) > 10**100
    shown = "a huge number" if is_huge else str(value)
    notes.ignored(Code.BAD_VALUE, where, "No amount of pay.", shown)
    return None


def _quantized(value: int | float | Decimal) -> Decimal:
    return Decimal(str(value) if isinstance(value, float) else value).quantize(_CENT)


def _text(value: str, where: str, context: _Context) -> Salary:
    """A number as text, or a wording."""
    bare = value.strip()
    if _CANONICAL.fullmatch(bare) and not _ONE_GROUP.fullmatch(bare):
        return context.salary(_number_text(bare, where, context.notes))
    words = texts.text(value, where, context.notes)
    if not words or words.casefold() in _NOTHING:
        context.notes.ignored(Code.BAD_VALUE, where, "No amount of pay.", value)
        return context.salary()
    found = _wording(words, context)
    if found is None:
        context.notes.ignored(
            Code.UNKNOWN_VALUE,
            where,
            "The wording gives no sure numbers and was kept as it is.",
            words,
        )
        return context.salary(text=words)
    if _is_empty(found):
        return found
    context.notes.repaired(
        Code.UNDERSTOOD_WORDING, where, "The numbers were read out of a wording.", words
    )
    for stated, said in (
        (context.currency, found.currency),
        (context.unit, found.unit_text),
    ):
        if stated and said != stated:
            context.notes.ignored(
                Code.BAD_VALUE, where, f"The wording says {said}, which was taken.", stated
            )  # fmt: skip
    return _ordered(found, where, context.notes)


def _number_text(digits: str, where: str, notes: Notes) -> Decimal | None:
    if len(digits) < MAX_TEXT:
        try:
            return _exact(Decimal(digits), where, notes)
        except InvalidOperation:
            pass
    notes.ignored(Code.BAD_VALUE, where, "No amount of pay.", digits)
    return None


def _wording(words: str, context: _Context) -> Salary | None:
    """The sure reading of a wording, empty where it says zero; None if there is none."""
    known = _words(words)
    is_bare = [role for role, _ in known] == ["N"]
    shape, payloads = _shape(_without_extras(known))
    meaning = next((name for form, name in _SHAPES if form.fullmatch(shape)), None)
    units = set(payloads["U"]) or {context.unit}
    currency = _resolved(payloads["S"], context.currency, context.country)
    if meaning is None or len(units) > 1 or currency is None:
        return None
    (unit,) = units
    numbers: list[_Number] = payloads["N"]
    is_named = bool(payloads["S"] or payloads["U"])
    if not _is_plausible(
        numbers, is_named=is_named, is_bare=is_bare, unit=unit, currency=currency
    ):
        return None
    # Neither sign nor unit anywhere: "40,000 - 50,000" is pay, "7 - 9" may be a grade.
    is_nameless = not (is_named or is_bare or context.currency or context.unit)
    smallest = min(number.value for number in numbers)
    if is_nameless and (meaning != _RANGE or smallest < _THOUSAND):
        return None
    if not is_named and numbers[0].value > numbers[-1].value:
        return None
    low = numbers[0].value.quantize(_CENT) or None
    high = numbers[-1].value.quantize(_CENT) or None
    found = Salary(
        min_value=None if meaning == _MOST else low,
        max_value=None if meaning == _LEAST else high,
        currency=currency,
        unit_text=unit,
    )
    return found if is_bare or _is_empty(found) else replace(found, text=words)


def _is_plausible(
    numbers: Sequence[_Number],
    *,
    is_named: bool,
    is_bare: bool,
    unit: UnitText | None,
    currency: str,
) -> bool:
    """Whether these numbers can be pay and their points mean one thing only."""
    amounts = [number.value for number in numbers]
    if any(amount >= MAX_AMOUNT for amount in amounts):
        return False
    if 0 < min(amounts) * _MAX_SPREAD < max(amounts):
        return False
    if not is_named and not is_bare and any(
        number.plain and int(number.value) in _YEARS for number in numbers
    ):  # fmt: skip
        return False
    # "38.125" an hour may have three decimals, and so may a bare "38.125".
    is_unclear = unit is UnitText.HOUR or (is_bare and unit is None)
    return not (
        is_unclear
        and currency not in _SMALL_MONEY
        and any(number.dotted for number in numbers)
    )


def _words(words: str) -> list[_Word]:
    """The words of a wording with their roles. Cost: linear in its length."""
    text = unicodedata.normalize("NFKC", words).replace("’", "'").replace("(s)", "")
    if any(unicodedata.category(char) == "No" for char in words):
        return [("X", "")]  # footnotes and fractions would run into the number
    if text.endswith("...") or re.search(r"\b40[13]\s?\(?[kb]\b", text, re.IGNORECASE):
        return [("X", "")]  # cut off; a pension plan
    tokens = [
        match
        for match in _TOKEN.finditer(f" {text}")
        if match[0] not in _IGNORED_MARKS and unicodedata.category(match[0][0]) != "So"
    ]
    found: list[_Word] = []
    at = 0
    while at < len(tokens):
        match = tokens[at]
        if match["number"]:
            found.append(("N", _number(match)))
            at += 1
            continue
        if match[0][0].isdigit():
            found.append(("Z", match[0]))
            at += 1
            continue
        length, entries = _longest([token[0] for token in tokens[at : at + _LONGEST]])
        if entries[0][0] == "P":
            is_attached = match[0] == "+" and match.string[match.start() - 1] != " "
            entries = (("P", is_attached),)
        found += entries
        at += length
    return found


def _longest(tokens: Sequence[str]) -> tuple[int, tuple[_Word, ...]]:
    """How many of these words have a meaning together, and which."""
    if tokens[0] in _currencies() and tokens[0].isupper():
        return 1, (("S", frozenset({tokens[0]})),)
    keys = tuple(token.casefold() for token in tokens)
    phrases, per, nouns = _tables()
    best: tuple[int, tuple[_Word, ...]] = (0, (("X", tokens[0]),))
    for length in range(len(keys), 0, -1):
        if keys[:length] in phrases:
            best = (length, phrases[keys[:length]])
            break
    for length in (3, 2, 1):
        if length < len(keys) and keys[:length] in per and keys[length] in nouns:
            if length + 1 > best[0]:
                best = (length + 1, (("U", nouns[keys[length]]),))
            break
    if not best[0] and keys[0] in nouns and keys[0] not in _NEVER_BARE:
        return 1, (("O", nouns[keys[0]]),)
    return max(best[0], 1), best[1]


#: The most words a phrase of the tables has.
_LONGEST = 7

_Phrases = dict[tuple[str, ...], tuple[_Word, ...]]


@cache
def _tables() -> tuple[_Phrases, frozenset[tuple[str, ...]], dict[str, UnitText]]:
    """All phrases by their words, the words of "per", and the nouns of units."""
    phrases: _Phrases = {}
    for role, listed in _ROLES.items():
        phrases |= dict.fromkeys(_split(listed), ((role, ""),))
    for factor, listed in _THOUSANDS.items():
        phrases |= dict.fromkeys(_split(listed), (("K", factor),))
    for unit, listed in _UNITS.items():
        phrases |= dict.fromkeys(_split(listed), (("U", unit),))
    phrases |= dict.fromkeys(_split(_MONTH_OR_EVENING), (("W", UnitText.MONTH),))
    for listed, codes in _SIGNS.items():
        phrases |= dict.fromkeys(_split(listed), (("S", codes),))
    for code, listed in _ONE_SIGN.items():
        phrases |= dict.fromkeys(_split(listed), (("S", frozenset({code})),))
    for code in _LOWER_CODES:
        phrases[(code,)] = (("S", frozenset({code.upper()})),)
    for words, entries in _PAIRS.items():
        phrases[tuple(words.split())] = entries
    nouns = {noun: unit for unit, listed in _NOUNS.items() for noun in listed.split()}
    return phrases, frozenset(_split(_PER)), nouns


def _split(listed: str) -> list[tuple[str, ...]]:
    return [
        tuple(match[0].casefold() for match in _TOKEN.finditer(f" {phrase}"))
        for phrase in listed.split("|")
    ]


def _number(match: re.Match[str]) -> _Number:
    whole = re.sub("[^0-9]", "", match["whole"])
    return _Number(
        value=Decimal(f"{whole}.{match['part'] or 0}"),
        dotted=not match["part"] and _ONE_GROUP.fullmatch(match["whole"]) is not None,
        plain=not match["part"] and match["whole"].isdigit(),
    )


def _without_extras(known: list[_Word]) -> list[_Word]:
    """The words without "plus benefits" at the end; "40k+" becomes "40k or more"."""
    roles = "".join(role for role, _ in known)
    tail = re.search("(?<=.)[PA](?=[^NZ]*$)", roles)
    if tail is None or "N" not in roles[: tail.start()]:
        return known
    at = tail.start()
    before, rest = known[:at], known[at + 1 :]
    is_more = roles[at] == "P" and (known[at][1] or not rest)
    more: list[_Word] = [("L", "")] if is_more else []
    if is_more and set(roles[at + 1 :]) <= set("SUHW"):
        return [*before, *more, *rest]
    return [*before, *more] if rest else known


def _shape(known: list[_Word]) -> tuple[str, dict[str, list[Any]]]:
    """The roles left when numbers, currencies and units have been taken out."""
    payloads: dict[str, list[Any]] = {"N": [], "S": [], "U": []}
    has_sign = any(role == "S" for role, _ in known)
    shape = ""
    previous = ""
    for role, payload in known:
        if role == "K" and previous == "N":
            payloads["N"][-1] = payloads["N"][-1].times(payload)
        elif role == "W" and has_sign:
            payloads["U"].append(payload)
        elif role == "c" and has_sign:
            shape += "C"
        elif role in {"S", "U"}:
            payloads[role].append(payload)
        elif role == "N":
            payloads["N"].append(payload)
            shape += role
        elif role != "H":
            shape += role
        previous = role
    payloads["N"] = _scaled(payloads["N"])
    return shape, payloads


def _scaled(numbers: list[_Number]) -> list[_Number]:
    """ "50-70k" is 50k to 70k, but "500 - 1k" is 500 to 1,000."""
    if len(numbers) != 2:  # noqa: PLR2004  # the two ends
        return numbers
    low, high = numbers
    if (
        low.factor == 1 < high.factor
        and low.plain
        and low.value * high.factor <= high.value
    ):
        return [low.times(high.factor), high]
    if (
        high.factor == 1 < low.factor
        and high.plain
        and high.value * low.factor >= low.value
        and high.value < _THOUSAND
    ):
        return [low, high.times(low.factor)]
    return numbers


def _resolved(signs: Sequence[frozenset[str]], stated: str, country: str) -> str | None:
    """The one currency signs mean, "" where that is not known, None if it can't be."""
    if not signs:
        return stated
    options = frozenset.intersection(*signs)
    if stated in options:
        return stated
    local = options.intersection(get_territory_currencies(country.upper()))
    for choice in (local, options, options & {"GBP"}):
        if len(choice) == 1:
            return next(iter(choice))
    return None if stated or not options or options == _LETTER else ""


def _currency(value: Any, where: str, notes: Notes, stated: str, country: str) -> str:
    """A currency by its code, name or sign."""
    if type(value) is str and value in _currencies():
        return value
    words = _plain(value, where, notes)
    if not words or words in _currencies():
        return words
    code: str | None = words.upper()
    if code not in _currencies():
        known = _words(words)
        signs = [payload for role, payload in known if role == "S"]
        is_sign = len(signs) == len(known) > 0
        code = _resolved(signs, stated, country) if is_sign else None
    if code:
        notes.repaired(
            Code.UNDERSTOOD_WORDING, where, f"The currency was read as {code}.", words
        )
        return code
    notes.ignored(Code.UNKNOWN_VALUE, where, "No currency code of ISO 4217.", words)
    return ""


@cache
def _currencies() -> frozenset[str]:
    """CLDR's codes; XXX and XTS are no currencies."""
    return frozenset(Locale.parse("en").currencies) - {"XXX", "XTS"}


def _unit(
    item: Mapping[str, Any], where: str, notes: Notes
) -> tuple[UnitText | None, str]:
    """The unit of an amount, or else the wording that is none."""
    unread = ""
    for key, standard in _STANDARD.items():
        value = item.get(key)
        if type(value) is str and value in standard:
            return standard[value], ""
        words = _plain(value, f"{where}/{key}", notes)
        if not words:
            continue
        unit = standard.get(words)
        if unit:
            return unit, ""
        unit = _unit_of(words)
        if unit:
            notes.repaired(
                Code.UNDERSTOOD_WORDING,
                f"{where}/{key}",
                f"The unit of pay was read as {unit}.",
                words,
            )
            return unit, ""
        notes.ignored(Code.UNKNOWN_VALUE, f"{where}/{key}", "No unit of pay.", words)
        unread = unread or words
    reference = item.get("referenceQuantity")
    if isinstance(reference, Mapping) and reference.get("value", 1) in (1, "1"):
        return _unit(
            {key: reference.get(key) for key in ("unitText", "unitCode")},
            f"{where}/referenceQuantity",
            notes,
        )
    return None, unread


def _unit_of(words: str) -> UnitText | None:
    if words.upper() in _CODES:
        return _CODES[words.upper()]
    known = _words(words)
    units = {payload for role, payload in known if role in "UOW"}
    if len(units) != 1 or any(role not in "UOWHS" for role, _ in known):
        return None
    unit: UnitText = units.pop()
    return unit


def _plain(value: Any, where: str, notes: Notes) -> str:
    """A short text, or the name of a Thing."""
    item = next(iter(_items(value)), None)
    if isinstance(item, Mapping):
        item = item.get("name")
    if isinstance(item, str):
        return texts.text(item, where, notes)
    if item is not None:
        notes.ignored(Code.BAD_VALUE, where, "Expected a text.")
    return ""
