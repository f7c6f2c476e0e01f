"""Wordings of pay: their words, and the numbers, currency and unit they surely mean.

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
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies

from postings.schemaorg import Salary, UnitText

#: Amounts at and above this are not wages and would not fit their columns.
MAX_AMOUNT = Decimal(10) ** 12

_CENT = Decimal("0.01")
_THOUSAND = 1000

#: The ends of a range in one wording are never further apart: "£30-40,000" means
#: something else.
_MAX_SPREAD = 20

#: Years, where a number has neither a currency nor a unit.
_YEARS = range(1900, 2100)

#: Google's `unitText` and UN/CEFACT's `unitCode`, the forms that need no report.
STANDARD_UNITS: Mapping[str, Mapping[str, UnitText]] = {
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
_UNIT_CODES = {
    code: unit for table in STANDARD_UNITS.values() for code, unit in table.items()
}

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
    "T": "up to|to|bis|bis zu|do|až|až do|aż do|till|til|upp till|op til|opp til|tot|jusqu'à|"
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
    "H": "salary|pay|wage|wages|rate|base|basic|gross|salary range|pay range|"
    "gehalt|lohn|entgelt|vergütung|brutto|bruttó|netto|net|brut|bruto|bruts|lordo|lordi|"
    "lorda|hrubého|hrubá|mzda|salaire|salario|sueldo|salário|stipendio|ral|lön|løn|lønn|plat|"
    "wynagrodzenie|von|de|da|of|af|av|doe|depending on experience|dependent on experience|"
    "depending on qualifications|depending on skills and experience|dependent upon experience|"
    "based on experience|dependant on experience|"
    "according to experience|commensurate with experience|subject to experience|neg|negotiable|vb|"
    "je nach erfahrung|je nach qualifikation|selon expérience|selon experience|selon profil|"
    "según experiencia|pro rata|pro rata if part time|fte|full time equivalent|full time|full-time|pro-rata|vollzeit",
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

_CANONICAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
#: Three digits behind a point: thousands, or decimals.
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


def salary_of(
    words: str, *, currency: str = "", country: str = "", unit: UnitText | None = None
) -> Salary | None:
    """The sure reading of a wording, empty where it says zero; None if there is none.

    `currency` and `unit` are what is known from around it, and what the wording says
    goes before them. The wording is kept as `text` where it is more than one number.
    """
    known = _words(words)
    is_bare = [role for role, _ in known] == ["N"]
    shape, payloads = _shape(_without_extras(known))
    meaning = next((name for form, name in _SHAPES if form.fullmatch(shape)), None)
    units = set(payloads["U"]) or {unit}
    meant = _resolved(payloads["S"], currency, country)
    if meaning is None or len(units) > 1 or meant is None:
        return None
    # Neither sign nor unit anywhere: "40,000 - 50,000" is pay, "7 - 9" may be a grade.
    is_named = bool(payloads["S"] or payloads["U"])
    is_nameless = not (is_named or is_bare or currency or unit)
    (unit,) = units
    numbers: list[_Number] = payloads["N"]
    if not _is_plausible(
        numbers, is_named=is_named, is_bare=is_bare, unit=unit, currency=meant
    ):
        return None
    smallest = min(number.value for number in numbers)
    if is_nameless and (meaning != _RANGE or smallest < _THOUSAND):
        return None
    if not is_named and numbers[0].value > numbers[-1].value:
        return None
    low = None if meaning == _MOST else in_cents(numbers[0].value)
    high = None if meaning == _LEAST else in_cents(numbers[-1].value)
    return Salary(
        min_value=low or None,
        max_value=high or None,
        currency=meant,
        unit_text=unit,
        text=words if (low or high) and not is_bare else "",
    )


def currency_of(words: str, *, stated: str = "", country: str = "") -> str:
    """The ISO 4217 code of a currency's code, name or sign, or "".

    `stated` and `country` (ISO 3166-1 alpha-2) tell which one a sign of several means.
    """
    if words.upper() in currencies():
        return words.upper()
    known = _words(words)
    signs = [payload for role, payload in known if role == "S"]
    if not signs or len(signs) < len(known):
        return ""
    return _resolved(signs, stated, country) or ""


def unit_of(words: str) -> UnitText | None:
    """The unit that a code or wording names and nothing else."""
    if words.upper() in _UNIT_CODES:
        return _UNIT_CODES[words.upper()]
    known = _words(words)
    units = {payload for role, payload in known if role in "UOW"}
    if len(units) != 1 or any(role not in "UOWHS" for role, _ in known):
        return None
    unit: UnitText = units.pop()
    return unit


def is_number(text: str) -> bool:
    """Whether a text is a number as programs write it, and can mean no other."""
    return bool(_CANONICAL.fullmatch(text)) and not _ONE_GROUP.fullmatch(text)


def in_cents(value: int | float | Decimal) -> Decimal:
    """An amount as it is stored. It has to be finite and below `MAX_AMOUNT`."""
    return Decimal(str(value) if isinstance(value, float) else value).quantize(_CENT)


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
    if tokens[0] in currencies() and tokens[0].isupper():
        return 1, (("S", frozenset({tokens[0]})),)
    keys = tuple(token.casefold() for token in tokens)
    phrases, per, nouns = _tables()
    best: tuple[int, tuple[_Word, ...]] = (0, (("X", tokens[0]),))
    for length in range(len(keys), 0, -1):
        if keys[:length] in phrases:
            best = (length, phrases[keys[:length]])
            break
    for length in (2, 1):
        if length < len(keys) and keys[:length] in per and keys[length] in nouns:
            if length + 1 > best[0]:
                best = (length + 1, (("U", nouns[keys[length]]),))
            break
    if not best[0] and keys[0] in nouns and keys[0] not in _NEVER_BARE:
        return 1, (("O", nouns[keys[0]]),)
    return max(best[0], 1), best[1]


#: The most words a phrase of the tables has.
_LONGEST = 5

_Phrases = dict[tuple[str, ...], tuple[_Word, ...]]


@cache
def _tables() -> tuple[_Phrases, frozenset[tuple[str, ...]], dict[str, UnitText]]:
    """All phrases by their words, the words of "per", and the nouns of units."""
    listings: list[tuple[str, tuple[_Word, ...]]] = [
        *((listed, ((role, ""),)) for role, listed in _ROLES.items()),
        *((listed, (("K", factor),)) for factor, listed in _THOUSANDS.items()),
        *((listed, (("U", unit),)) for unit, listed in _UNITS.items()),
        (_MONTH_OR_EVENING, (("W", UnitText.MONTH),)),
        *((listed, (("S", codes),)) for listed, codes in _SIGNS.items()),
        *((listed, (("S", frozenset({code})),)) for code, listed in _ONE_SIGN.items()),
        *((code, (("S", frozenset({code.upper()})),)) for code in _LOWER_CODES),
        *_PAIRS.items(),
    ]
    phrases = {
        phrase: entries for listed, entries in listings for phrase in _split(listed)
    }
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


@cache
def currencies() -> frozenset[str]:
    """CLDR's codes; XXX and XTS are no currencies."""
    return frozenset(Locale.parse("en").currencies) - {"XXX", "XTS"}
