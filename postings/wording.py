"""Values in a reader's words: money, days, ages, places, names of choices.

Everything is in the active language. Nothing here reads a clock: what depends on the
time takes `at`, an aware instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_name
from babel.units import format_unit
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import (
    get_language,
    gettext_lazy,
    ngettext,
    pgettext,
    pgettext_lazy,
    to_locale,
)
from django.utils.translation import gettext as _

from postings.schemaorg import (
    Area,
    CredentialCategory,
    EmploymentType,
    Moment,
    Place,
    Salary,
    UnitText,
    Workplace,
)

HOUR, DAY = 3600, 86400

EN_DASH = "\N{EN DASH}"

#: A closing within this many days is said on cards.
SOON = 3

EMPLOYMENT_LABELS: Mapping[str, Promise] = {
    EmploymentType.FULL_TIME: gettext_lazy("Full-time"),
    EmploymentType.PART_TIME: gettext_lazy("Part-time"),
    EmploymentType.CONTRACTOR: gettext_lazy("Contractor"),
    EmploymentType.TEMPORARY: gettext_lazy("Temporary"),
    EmploymentType.INTERN: gettext_lazy("Internship"),
    EmploymentType.VOLUNTEER: gettext_lazy("Volunteer"),
    EmploymentType.PER_DIEM: gettext_lazy("Per diem"),
    EmploymentType.OTHER: gettext_lazy("Other"),
}

_LATER_EMPLOYMENT_LABELS: Mapping[str, Promise] = {
    EmploymentType.FULL_TIME: pgettext_lazy("after another type", "full-time"),
    EmploymentType.PART_TIME: pgettext_lazy("after another type", "part-time"),
    EmploymentType.CONTRACTOR: pgettext_lazy("after another type", "contractor"),
    EmploymentType.TEMPORARY: pgettext_lazy("after another type", "temporary"),
    EmploymentType.INTERN: pgettext_lazy("after another type", "internship"),
    EmploymentType.VOLUNTEER: pgettext_lazy("after another type", "volunteer"),
    EmploymentType.PER_DIEM: pgettext_lazy("after another type", "per diem"),
    EmploymentType.OTHER: pgettext_lazy("after another type", "other"),
}

WORKPLACE_LABELS: Mapping[str, Promise] = {
    Workplace.ON_SITE: gettext_lazy("On site"),
    Workplace.REMOTE_POSSIBLE: gettext_lazy("Remote possible"),
    Workplace.REMOTE_ONLY: gettext_lazy("Remote only"),
}

CREDENTIAL_LABELS: Mapping[str, Promise] = {
    CredentialCategory.NO_REQUIREMENTS: gettext_lazy("None required"),
    CredentialCategory.HIGH_SCHOOL: gettext_lazy("High school"),
    CredentialCategory.ASSOCIATE_DEGREE: gettext_lazy("Associate degree"),
    CredentialCategory.BACHELOR_DEGREE: gettext_lazy("Bachelor degree"),
    CredentialCategory.PROFESSIONAL_CERTIFICATE: gettext_lazy(
        "Professional certificate"
    ),
    CredentialCategory.POSTGRADUATE_DEGREE: gettext_lazy("Postgraduate degree"),
}

_PAY_PHRASES: Mapping[UnitText | None, Promise | str] = {
    None: "%(amount)s",
    UnitText.HOUR: gettext_lazy("%(amount)s an hour"),
    UnitText.DAY: gettext_lazy("%(amount)s a day"),
    UnitText.WEEK: gettext_lazy("%(amount)s a week"),
    UnitText.MONTH: gettext_lazy("%(amount)s a month"),
    UnitText.YEAR: gettext_lazy("%(amount)s a year"),
}

#: Countries English puts an article before.
_WITH_ARTICLE = frozenset(
    ("AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "MH", "MV", "NL", "PH", "SB", "US")
)

#: Scripts that run from right to left, by what CLDR calls their languages.
_RTL_SCRIPTS = frozenset(
    ("Adlm", "Arab", "Aran", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa")
)
_RTL_LANGUAGES = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi")
)


# --- Languages ------------------------------------------------------------------------


def locale() -> Locale:
    """CLDR's locale for the active language; English where CLDR has none (Udmurt)."""
    return _locale(get_language() or settings.LANGUAGE_CODE)


@cache
def _locale(code: str) -> Locale:
    for known in (to_locale(code), code.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(known)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


def direction(code: str) -> str:
    """`rtl` or `ltr` for a BCP 47 tag; "" where the language is unknown."""
    if not code:
        return ""
    language, *subtags = code.replace("_", "-").split("-")
    scripts = {part.title() for part in subtags if len(part) == 4}  # noqa: PLR2004
    if scripts:
        return "rtl" if scripts & _RTL_SCRIPTS else "ltr"
    return "rtl" if language.lower() in _RTL_LANGUAGES else "ltr"


def language_name(code: str) -> str:
    """The language's name with a capital, or the tag where CLDR knows none."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(locale())
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def listed(values: Iterable[str]) -> str:
    """Values as one text, with the language's own commas.

    Not CLDR's list of units, which babel knows for some languages only.
    """
    return pgettext("between the values of a list", ", ").join(values)


# --- Countries and places -------------------------------------------------------------


@cache
def country_codes() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes CLDR has a name for."""
    no_country = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    return frozenset(
        code
        for code in _territories(Locale.parse("en"))
        if re.fullmatch(r"[A-Z]{2}", code) and code not in no_country
    )


def country_name(code: str, language: str = "") -> str:
    """A country in a language, by its tag, or in the active one."""
    return _territories(_locale(language) if language else locale()).get(code, code)


def _territories(language: Locale) -> Mapping[str, str]:
    names: Mapping[str, str] = language.territories
    return names


def countries_named(text: str) -> frozenset[str]:
    """The codes of the countries a text may mean: a code, or a name or its beginning.

    Names are read in the active language and in English. A name that fits exactly
    keeps out those that only begin with it: Niger is not Nigeria.
    """
    wanted = text.casefold()
    named = _names(locale()) | _names(Locale.parse("en"))
    exact = {
        code for code, name in named if name == wanted or code.casefold() == wanted
    }
    if exact or len(wanted) < 4:  # noqa: PLR2004
        return frozenset(exact)
    return frozenset(code for code, name in named if name.startswith(wanted))


@cache
def _names(language: Locale) -> frozenset[tuple[str, str]]:
    return frozenset(
        (code, _territories(language).get(code, code).casefold())
        for code in country_codes()
    )


#: Where a postal code stands after the region or the town; elsewhere before the town.
_CODE_AFTER_REGION = frozenset(("AU", "CA", "US"))
_CODE_AFTER_TOWN = frozenset(("GB", "IE", "IN", "NZ", "SG", "ZA"))


def place_line(place: Place) -> str:
    """A whole address on one line: name, street, town, region, country."""
    town, region = place.address_locality, place.address_region
    if region == town:
        region = ""
    if place.address_country in _CODE_AFTER_REGION and region:
        region = _spaced(region, place.postal_code)
    elif place.address_country in _CODE_AFTER_REGION | _CODE_AFTER_TOWN:
        town = _spaced(town, place.postal_code)
    else:
        town = _spaced(place.postal_code, town)
    country = (
        country_name(place.address_country)
        if place.address_country
        else place.address_country_text
    )
    parts = (
        place.name,
        place.street_address,
        place.extended_address,
        place.post_office_box_number,
        town,
        region,
        place.address,
        country,
    )
    line = ", ".join(dict.fromkeys(part for part in parts if part))
    if line or place.latitude is None or place.longitude is None:
        return line
    return (
        f"{_degrees(place.latitude, _NORTH, _SOUTH)}, "
        f"{_degrees(place.longitude, _EAST, _WEST)}"
    )


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)


_NORTH, _SOUTH = pgettext_lazy("north", "N"), pgettext_lazy("south", "S")
_EAST, _WEST = pgettext_lazy("east", "E"), pgettext_lazy("west", "W")


def _degrees(value: float, positive: Promise, negative: Promise) -> str:
    number = format_decimal(abs(round(value, 4)), format="0.####", locale=locale())
    return f"{number}° {positive if value >= 0 else negative}"


def area_name(area: Area) -> str:
    """An area applicants may live in; a country in the reader's language."""
    if area.address_country and (not area.name or area.type == "Country"):
        return country_name(area.address_country)
    if area.address_country:
        return f"{area.name}, {country_name(area.address_country)}"
    return area.name


#: Who names more countries names all but those nobody applies from.
_WORLDWIDE = 150


def place_sentence(
    *, label: str, country: str, places: int, areas: int, remote: bool
) -> str:
    """Where a job is in one short phrase, from what a card knows of its places."""
    name = country_name(country) if country else ""
    words = ", ".join(dict.fromkeys(part for part in (label, name) if part))
    if not words:
        return ""
    if not places and remote and areas > _WORLDWIDE:
        return _("Anywhere in the world")
    if not places and remote:
        if not label and country in _WITH_ARTICLE and locale().language == "en":
            words = f"the {words}"
        words = _("Anywhere in %(place)s") % {"place": words}
    more = (places or areas) - 1
    if more < 1:
        return words
    text = ngettext(
        "%(place)s and %(count)d more", "%(place)s and %(count)d more", more
    )
    return text % {"place": words, "count": more}


# --- Money ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PayText:
    """Pay in words.

    `main` is the source's own wording where no number is known, and `lang` then its
    language; `written` is it beside the numbers, only where it says more than they do.
    """

    main: str
    yearly: str = ""
    written: str = ""
    lang: str = ""


def pay(salary: Salary, *, lang: str = "") -> PayText | None:
    """Pay as a reader says it; None where nothing is known of it.

    The yearly equivalent is said only where the unit is not a year and a currency is
    known: it is rounded, and of full-time work.
    """
    low, high = salary.min_value, salary.max_value
    if low is None and high is None:
        return PayText(main=salary.text, lang=lang) if salary.text else None
    phrase = str(_PAY_PHRASES[salary.unit_text])
    main = phrase % {"amount": amounts(low, high, salary.currency)}
    yearly = ""
    if salary.currency and salary.unit_text not in (None, UnitText.YEAR):
        first, last = salary.yearly_min_value, salary.yearly_max_value
        # That a number is only one end of the pay stands in `main`.
        equivalent = amounts(
            _whole(first or last), _whole(last or first), salary.currency
        )
        yearly = _("≈ %(amount)s a year") % {"amount": equivalent}
    written = salary.text if _says_more(salary) else ""
    return PayText(main=main, yearly=yearly, written=written)


def amounts(low: Decimal | None, high: Decimal | None, currency: str) -> str:
    """A range, `From €72,000` or `Up to €88,000`, without needless decimals."""
    if low is not None and high is not None and low != high:
        return _range(low, high, currency)
    if high is None and low is not None:
        return _("From %(amount)s") % {"amount": _money(low, currency)}
    if low is None and high is not None:
        return _("Up to %(amount)s") % {"amount": _money(high, currency)}
    return "" if low is None else _money(low, currency)


def currency_name(code: str) -> str:
    """`Euro (EUR)`."""
    name = get_currency_name(code, locale=locale())
    return code if name == code else f"{name} ({code})"


def _money(amount: Decimal, currency: str) -> str:
    return _pattern_money(amount, currency, _decimals(amount))


def whole_money(amount: int, currency: str) -> str:
    return _money(Decimal(amount), currency)


def kilometres(km: float, *, about: bool = False) -> str:
    """`3.4 km`, `about 12 km`, "under 1 km".

    Nothing where a posting is only known to be in the town the distance is from.
    """
    if km < 1:
        return "" if about else _("under 1 km")
    text = format_decimal(km, format="0.#" if km < 10 else "0", locale=locale())  # noqa: PLR2004
    if about:
        return _("about %(km)s km") % {"km": text}
    return _("%(km)s km") % {"km": text}


def _range(low: Decimal, high: Decimal, currency: str) -> str:
    """Both numbers beside one currency sign, at whichever end the language has it."""
    decimals = _decimals(low, high)
    text = _pattern_money(high, currency, decimals)
    first, last = (_pattern_money(amount, "", decimals) for amount in (low, high))
    if last not in text:
        return f"{_pattern_money(low, currency, decimals)}{EN_DASH}{text}"
    return text.replace(last, f"{first}{EN_DASH}{last}", 1)


def _decimals(*values: Decimal) -> str:
    whole = all(value == value.to_integral_value() for value in values)
    return "" if whole else ".00"


def _pattern_money(amount: Decimal, currency: str, decimals: str) -> str:
    return _in_language(amount, currency, decimals, locale())


@lru_cache(maxsize=10_000)
def _in_language(
    amount: Decimal, currency: str, decimals: str, language: Locale
) -> str:
    """Kept: pay is mostly round, and a list says much of it many times."""
    standard = language.currency_formats["standard"].pattern.split(";")[0]
    pattern = re.sub(r"\.0+", "", standard)
    pattern = re.sub(r"0(?!.*0)", f"0{decimals}", pattern)
    if not currency:
        number = "".join(re.findall(r"[#,.0]", pattern))
        return format_decimal(amount, format=number, locale=language)
    text = format_currency(
        amount, currency, format=pattern, locale=language, currency_digits=False
    )
    # A code of letters stands apart from its number, a sign does not.
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "\u00a0", text)


def _whole(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal(1))


def _says_more(salary: Salary) -> bool:
    """Whether the source's wording has a word or number that its numbers have not."""
    text = salary.text.casefold()
    known = {salary.currency.casefold(), "per", "a", "an", "and", "to", "from", "from:"}
    if salary.unit_text is not None:
        unit = salary.unit_text.value.casefold()
        known |= {unit, f"{unit}ly", f"{unit}s"}
    words = set(re.findall(r"[^\W\d_]+", text)) - known
    numbers = {
        re.sub(r"\D", "", number)
        for number in re.findall(r"\d[\d.,'\u00a0\u202f]*", text)
    }
    values = {
        re.sub(r"\D", "", form)
        for value in (salary.min_value, salary.max_value)
        if value is not None
        for form in (f"{value:.2f}", f"{value:f}", f"{_whole(value)}")
    }
    return bool(words or numbers - values)


# --- Days and times -------------------------------------------------------------------


def day(value: date, *, weekday: bool = False) -> str:
    """`4 December 2026`, with `Friday` before it where asked for."""
    language = locale()
    if language.language == "en" and not language.territory:
        # CLDR's English without a region is American.
        return format_date(value, "EEEE d MMMM y" if weekday else "d MMMM y", language)
    return format_date(value, "full" if weekday else "long", language)


def clock(local: datetime) -> str:
    """`23:59 CET`: a time of day with its zone, by letters where it has some."""
    language = locale()
    pattern = "HH:mm" if language.language == "en" else "short"
    zone = local.tzname() or ""
    if not re.match(r"[A-Z]", zone):
        zone = f"UTC{local.isoformat()[-6:]}"
    return f"{format_time(local, pattern, locale=language)} {zone}"


def moment_day(moment: Moment, *, weekday: bool = False) -> str:
    """The day of a moment in its own zone."""
    return day(moment.local().date(), weekday=weekday)


def moment_text(moment: Moment) -> str:
    """The day of a moment, and the time of day where one was given."""
    local = moment.local()
    if not moment.has_time:
        return day(local.date())
    return _("%(day)s, %(time)s") % {"day": day(local.date()), "time": clock(local)}


def days_until(moment: Moment, at: datetime) -> int:
    """Whole calendar days in the moment's own zone."""
    local = moment.local()
    return (local.date() - at.astimezone(local.tzinfo).date()).days


def closes(moment: Moment, at: datetime) -> str:
    """`Closes Friday 4 December 2026, 23:59 CET, in 11 days`."""
    values = {
        "day": moment_day(moment, weekday=True),
        "time": clock(moment.local()),
        "count": days_until(moment, at),
    }
    if values["count"] == 0:
        return _("Closes today, %(day)s, %(time)s") % values
    if values["count"] == 1:
        return _("Closes tomorrow, %(day)s, %(time)s") % values
    return (
        ngettext(
            "Closes %(day)s, %(time)s, in %(count)d day",
            "Closes %(day)s, %(time)s, in %(count)d days",
            days_until(moment, at),
        )
        % values
    )


def closing_soon(moment: Moment, at: datetime) -> str:
    """What a card says of a closing within `SOON` days, else ""."""
    count = days_until(moment, at)
    if count > SOON or moment.at < at:
        return ""
    if count == 0:
        return _("Closes today, %(time)s") % {"time": clock(moment.local())}
    if count == 1:
        return _("Closes tomorrow")
    return ngettext("Closes in %(count)d day", "Closes in %(count)d days", count) % {
        "count": count
    }


def age(moment: Moment, at: datetime) -> str:
    """How long ago, shortly; hours only where the moment has a time of day."""
    days = -days_until(moment, at)
    if moment.has_time:
        seconds = (at - moment.at).total_seconds()
        if 0 <= seconds < DAY:
            return _hours(int(seconds))
        days = max(days, 1) if seconds >= DAY else days
    if days < 0:
        return moment_day(moment)
    return _days(days)


def _hours(seconds: int) -> str:
    if seconds < HOUR:
        count = seconds // 60
        if count == 0:
            return _("Just now")
        text = ngettext("%(count)d minute ago", "%(count)d minutes ago", count)
    else:
        count = seconds // HOUR
        text = ngettext("%(count)d hour ago", "%(count)d hours ago", count)
    return text % {"count": count}


def _days(count: int) -> str:
    if count == 0:
        return pgettext("posted", "Today")
    if count == 1:
        return pgettext("posted", "Yesterday")
    if count < 7:  # noqa: PLR2004
        text = ngettext("%(count)d day ago", "%(count)d days ago", count)
    elif count < 14:  # noqa: PLR2004
        return _("Last week")
    elif count < 60:  # noqa: PLR2004
        count //= 7
        text = ngettext("%(count)d week ago", "%(count)d weeks ago", count)
    elif count < 730:  # noqa: PLR2004
        count //= 30
        text = ngettext("%(count)d month ago", "%(count)d months ago", count)
    else:
        count //= 365
        text = ngettext("%(count)d year ago", "%(count)d years ago", count)
    return text % {"count": count}


def confirmed(at_source: Moment, at: datetime) -> str:
    """When the source was last seen to hold a posting, as a sentence."""
    days = -days_until(at_source, at)
    hours = int((at - at_source.at).total_seconds()) // HOUR
    if hours < 1:
        return _("Last confirmed within the hour")
    if hours < DAY // HOUR:
        text = ngettext(
            "Last confirmed %(count)d hour ago",
            "Last confirmed %(count)d hours ago",
            hours,
        )
        return text % {"count": hours}
    if days < 14:  # noqa: PLR2004
        text = ngettext(
            "Last confirmed %(count)d day ago",
            "Last confirmed %(count)d days ago",
            days,
        )
        return text % {"count": days}
    return _("Last confirmed on %(day)s") % {"day": moment_day(at_source)}


_DURATION_UNITS = ("year", "month", "week", "day", "hour", "minute")
_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?",
    re.ASCII,
)


def duration(text: str) -> str:
    """An ISO 8601 duration in words; any other text as it is."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return text
    return (
        listed(
            format_unit(int(number), unit, length="long", locale=locale())
            for number, unit in zip(found.groups(), _DURATION_UNITS, strict=True)
            if number and int(number)
        )
        or text
    )


def experience(months: int) -> str:
    """`5 years or more`; a year and its parts in months."""
    if months == 0:
        return _("None required")
    unit, count = ("year", months // 12) if months % 12 == 0 else ("month", months)
    span = format_unit(count, unit, length="long", locale=locale())
    return _("%(span)s or more") % {"span": span}


# --- Choices --------------------------------------------------------------------------


def employment(types: Iterable[str], texts: Iterable[str] = ()) -> str:
    """`Full-time, temporary`; the source's own wording after what is known of it."""
    words: list[str] = []
    for kind in types:
        labels = _LATER_EMPLOYMENT_LABELS if words else EMPLOYMENT_LABELS
        words.append(str(labels.get(kind, kind)))
    return listed((*words, *texts))


def jobs(count: int) -> str:
    text = ngettext("%(count)s job", "%(count)s jobs", count)
    return text % {"count": number(count)}


def open_jobs(count: int) -> str:
    if count == 0:
        return _("No open jobs")
    text = ngettext("%(count)s open job", "%(count)s open jobs", count)
    return text % {"count": number(count)}


def number(value: int) -> str:
    return _number(value, locale())


@lru_cache(maxsize=10_000)
def _number(value: int, of: Locale) -> str:
    return str(format_decimal(value, locale=of))
