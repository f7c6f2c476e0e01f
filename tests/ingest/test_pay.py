"""Amounts of pay as the wild writes them, and what they are read as."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postings.ingest.normalise.pay import currency_code, salary
from postings.ingest.normalise.pay_wording import MAX_AMOUNT
from postings.ingest.report import Notes
from postings.schemaorg import MAX_TEXT, Salary, UnitText

UNDERSTOOD = "repaired understood-wording"
UNKNOWN = "ignored value unknown-value"
BAD = "ignored value bad-value"
TURNED = "repaired bad-value"


def read(value: Any, **hints: Any) -> tuple[Salary, list[str]]:
    notes = Notes("t")
    found = salary(value, "baseSalary", notes, **hints)
    return found, [f"{entry.severity} {entry.code}" for entry in notes.problems()]


def said(found: Salary) -> str:
    """`low..high currency unit`, as short as it can be read."""
    low, high = (
        "" if end is None else f"{end.normalize():f}"
        for end in (found.min_value, found.max_value)
    )
    amount = low if low == high else f"{low}..{high}"
    return " ".join(filter(None, (amount, found.currency, found.unit_text)))


def amount(**properties: Any) -> dict[str, Any]:
    return {"@type": "MonetaryAmount", **properties}


def euros(**properties: Any) -> dict[str, Any]:
    value = {"@type": "QuantitativeValue", **properties}
    return amount(currency="EUR", value=value)


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        # One amount.
        ("£40,000", "40000 GBP"),
        ("$17.50", "17.5"),
        ("€ 60.000,00", "60000 EUR"),
        ("1,234.56 EUR", "1234.56 EUR"),
        ("1.234,56 €", "1234.56 EUR"),
        ("EUR 1 234", "1234 EUR"),
        ("€\u202f1\u202f234\u00a0567", "1234567 EUR"),
        ("1'234.50 CHF", "1234.5 CHF"),
        ("CHF 5’000.–", "5000 CHF"),
        ("50.000,- €", "50000 EUR"),
        ("€1.5k", "1500 EUR"),
        ("60 TEUR", "60000 EUR"),
        ("45K€ brut/an", "45000 EUR YEAR"),
        ("circa £35k", "35000 GBP"),
        ("c. £45,000 per annum, pro rata", "45000 GBP YEAR"),
        ("$50,000 DOE", "50000"),
        ("$50,000 depending on experience", "50000"),
        ("£30,000 - negotiable", "30000 GBP"),
        ("Salary: £30,000", "30000 GBP"),
        # Ranges.
        ("£28,071 - £33,411", "28071..33411 GBP"),
        ("28 000–33 000 EUR", "28000..33000 EUR"),
        ("€50k-70k", "50000..70000 EUR"),
        ("50-70k €", "50000..70000 EUR"),
        ("50k - 70 €", "50000..70000 EUR"),
        ("€500 - 1k per week", "500..1000 EUR WEEK"),
        ("50.000 bis 60.000 €", "50000..60000 EUR"),
        ("von 50.000 bis 60.000 €", "50000..60000 EUR"),
        ("od 3 000 do 5 000 zł", "3000..5000 PLN"),
        ("de 30 000 à 40 000 € par an", "30000..40000 EUR YEAR"),
        ("zwischen 50.000 und 60.000 Euro", "50000..60000 EUR"),
        ("between £30k and £40k", "30000..40000 GBP"),
        ("min. 30k max. 40k EUR", "30000..40000 EUR"),
        ("40,000 - 50,000", "40000..50000"),
        ("£0 - £50,000", "..50000 GBP"),
        ("年収400万円〜600万円", "4000000..6000000 JPY YEAR"),
        ("₹5,00,000 - ₹7,00,000 per annum", "500000..700000 INR YEAR"),
        ("5-7 LPA", "500000..700000 YEAR"),
        ("8 000 – 12 000 zł brutto/mies.", "8000..12000 PLN MONTH"),
        # One-sided.
        ("Up to $43/hr plus super", "..43 HOUR"),
        ("from £30k p.a.", "30000.. GBP YEAR"),
        ("ab 3.200 € brutto pro Monat", "3200.. EUR MONTH"),
        ("bis zu 75.000 EUR", "..75000 EUR"),
        ("à partir de 35 000 € par an", "35000.. EUR YEAR"),
        ("jusqu'à 60 000 € par an", "..60000 EUR YEAR"),
        ("od 40 000 Kč", "40000.. CZK"),
        ("£40,000+", "40000.. GBP"),
        ("£40k+ benefits", "40000.. GBP"),
        ("$20+/hr", "20.. HOUR"),
        ("£30-40k+", "30000.. GBP"),
        ("£40,000 or more", "40000.. GBP"),
        ("max 60000 EUR", "..60000 EUR"),
        ("時給1,200円以上", "1200.. JPY HOUR"),
        # Units.
        ("£12.50 per hour plus holiday pay", "12.5 GBP HOUR"),
        ("£18.09 p/h", "18.09 GBP HOUR"),
        ("15,50 €/Std", "15.5 EUR HOUR"),
        ("15 € de l'heure", "15 EUR HOUR"),
        ("£250 a day", "250 GBP DAY"),
        ("£500 pw", "500 GBP WEEK"),
        ("£2,000 pm", "2000 GBP MONTH"),
        ("1.500 € al mes", "1500 EUR MONTH"),
        ("40 000 Kč měsíčně", "40000 CZK MONTH"),
        ("£28,071 per annum to £33,411 per annum", "28071..33411 GBP YEAR"),
        ("€3.200/month", "3200 EUR MONTH"),
        ("Bis 50.000€ Jahresgehalt", "..50000 EUR YEAR"),
        # Currencies.
        ("CAD $30/hour", "30 CAD HOUR"),
        ("$100K-$120K USD per year", "100000..120000 USD YEAR"),
        ("US$ 50,000", "50000 USD"),
        ("S$4,500 monthly", "4500 SGD MONTH"),
        ("R$ 5.000,00 por mês", "5000 BRL MONTH"),
        ("25.000 Ft/óra", "25000 HUF HOUR"),
        ("kr 500 000", "500000"),
        ("AUD 90k + super", "90000 AUD"),
        ("£40k + car + bonus", "40000 GBP"),
    ],
)  # fmt: skip
def test_a_sure_wording_gives_numbers_and_is_kept(wording: str, expected: str) -> None:
    found, problems = read(wording)
    assert said(found) == expected
    assert found.text == " ".join(wording.split())
    assert problems == [UNDERSTOOD]


@pytest.mark.parametrize(
    "wording",
    [
        "Competitive", "DOE", "Minimum wage", "To be discussed", "TBC", "401k", "401(k)", "30% bonus",
        "€500 sign-on bonus", "£1,000 bonus", "10 days", "from 2024", "Grade 7", "A13", "E9a - E13",
        "EG 13 TV-L, 65 %", "Band 2 plus excellent benefits", "R5", "7 - 9", "555-1234", "60k",
        "+44 20 7946 0958", "call 0800 123456", "9 to 5 pm", "01/02/2024", "£40k OTE", "£1.2m",
        "£28,071 - £33,411 & £3000 Welcome Bonus", "£28,071, £33,411", "£30k and £3k",
        "£18.09 p/h weekdays, £20.20 p/h nights", "£30,000 per year (£2,500 per month)",
        "£30,000 for 20 hours per week", "£30-40,000", "up to £30k - £40k", "£-500", "$.50/hr",
        "$1,2345", "£1,234,56", "£300¹", "½ k€", "٣٠٠٠ EUR", "£30 €40", "15.000 €/Std",
        "$20 to £30", "£20 per hour - £400 per day", "15-20K·13薪", "50.000", "38.125",
        "£40,000 or", "plus £500", "£40,000 + 0123", "£40k plus ٣٠٠", "£40,000 + £5,000 bonus", "1e9999999999",
    ],
)  # fmt: skip
def test_an_unsure_wording_gives_no_numbers_and_is_kept(wording: str) -> None:
    found, problems = read(wording, currency="")
    assert found == Salary(text=wording)
    assert problems == [UNKNOWN]


@pytest.mark.parametrize(
    ("wording", "hints", "expected"),
    [
        ("$43/hr", {"country": "AU"}, "43 AUD HOUR"),
        ("$43/hr", {"country": "US"}, "43 USD HOUR"),
        ("$43/hr", {"country": "EC"}, "43 USD HOUR"),
        ("$43/hr", {"country": "DE"}, "43 HOUR"),
        ("$43/hr", {"country": "US", "currency": "CAD"}, "43 CAD HOUR"),
        ("$43/hr", {"currency": "usd"}, "43 USD HOUR"),
        ("$43/hr", {"currency": "EUR"}, "EUR"),
        ("30 000 kr/mån", {"country": "SE"}, "30000 SEK MONTH"),
        ("30 000 kr", {"country": "no"}, "30000 NOK"),
        ("¥300,000 monthly", {"country": "JP"}, "300000 JPY MONTH"),
        ("£500", {"country": "IE"}, "500 GBP"),
        ("£500", {"country": "EG"}, "500 EGP"),
        ("R25 000 per month", {"country": "ZA"}, "25000 ZAR MONTH"),
        ("Rs.25,000 per month", {"currency": "PKR"}, "25000 PKR MONTH"),
        ("40000 - 50000", {"currency": "EUR"}, "40000..50000 EUR"),
        ("up to 50000", {"currency": "EUR"}, "..50000 EUR"),
        ("100000", {"currency": "USD"}, "100000 USD"),
        (100000, {"currency": "€", "country": "nowhere"}, "100000 EUR"),
        (5, {"currency": "no currency"}, "5"),
        ("C5", {"currency": "EUR"}, "EUR"),
        ("A13", {"currency": "EUR"}, "EUR"),
        ("from 2024", {"currency": "EUR"}, "EUR"),
        ("9 - 5", {"currency": "EUR"}, "EUR"),
        ("R5", {"currency": "EUR"}, "EUR"),
    ],
)  # fmt: skip
def test_a_sign_of_several_currencies_needs_more_to_tell_which(
    wording: Any, hints: dict[str, str], expected: str
) -> None:
    assert said(read(wording, **hints)[0]) == expected


@pytest.mark.parametrize(
    ("value", "expected", "text", "problems"),
    [
        (amount(currency="USD", value=5000), "5000 USD", "", []),
        (amount(currency="USD", value="60000", unitCode="ANN"), "60000 USD YEAR", "", []),
        (euros(minValue=60000, maxValue=72000, unitText="YEAR"), "60000..72000 EUR YEAR", "", []),
        (euros(minValue="60000", maxValue="72000.50", unitText="YEAR"), "60000..72000.5 EUR YEAR", "", []),
        (euros(minValue=60000), "60000.. EUR", "", []),
        (euros(value=40.0, unitCode="HUR"), "40 EUR HOUR", "", []),
        (euros(value="50,000", unitText="YEAR"), "50000 EUR YEAR", "", [UNDERSTOOD]),
        (euros(value="50.000", unitText="YEAR"), "50000 EUR YEAR", "", [UNDERSTOOD]),
        (euros(value="50.000", unitText="HOUR"), "EUR HOUR", "50.000", [UNKNOWN]),
        (euros(value="up to 50k", unitText="YEAR"), "..50000 EUR YEAR", "up to 50k", [UNDERSTOOD]),
        (amount(currency="EUR", minValue="50,000", maxValue="60 000"), "50000..60000 EUR", "", [UNDERSTOOD] * 2),
        # The wording is nearer to the number than the markup around it.
        (euros(value="18 € per hour", unitText="YEAR"), "18 EUR HOUR", "18 € per hour", [UNDERSTOOD, BAD]),
        (euros(value="£18", unitText="HOUR"), "18 GBP HOUR", "£18", [UNDERSTOOD, BAD]),
        # Ends given as wordings.
        (euros(minValue="€28k", maxValue="€33k"), "28000..33000 EUR", "€28k – €33k", [UNDERSTOOD] * 2),
        (euros(minValue="up to €28k", maxValue=33000), "EUR", "up to €28k", [UNDERSTOOD, UNKNOWN]),
        (euros(minValue=30000, maxValue="competitive"), "30000.. EUR", "competitive", [UNKNOWN]),
        # Numbers and a wording beside them.
        (
            euros(minValue="28071", maxValue="33411", unitText="YEAR", value="28k &amp; 3000 € bonus"),
            "28071..33411 EUR YEAR", "28k & 3000 € bonus", [],
        ),
        (euros(minValue=4, maxValue=8, value=6), "4..8 EUR", "", []),
        (euros(minValue=4, maxValue=8, value=60), "4..8 EUR", "", [BAD]),
        # Zero is unknown.
        (euros(value=0, unitText="YEAR"), "EUR YEAR", "", []),
        (euros(minValue=0, maxValue=0, value=0, unitText=""), "EUR", "", []),
        (euros(minValue=0, maxValue=50000), "..50000 EUR", "", []),
        (euros(minValue=50000, maxValue=0.0), "50000.. EUR", "", []),
        (euros(minValue="0", maxValue="0.00", value=45000), "45000 EUR", "", []),
        ("£0 - £0", "GBP", "", []),
        # What cannot be.
        (euros(minValue=9, maxValue=5), "5..9 EUR", "", [TURNED]),
        ("£33k - £28k", "28000..33000 GBP", "£33k - £28k", [UNDERSTOOD, TURNED]),
        (euros(minValue=-5, maxValue=50000), "..50000 EUR", "", [BAD]),
        (-5, "", "", [BAD]),
        ("-5", "", "", [BAD]),
        (10**12, "", "", [BAD]),
        (999999999999.999, "", "", [BAD]),
        (0.004, "", "", []),
        ("40000." + "0" * 5000, "40000", "", []),
        # Other types.
        ({"@type": "UnitPriceSpecification", "price": "25.50", "priceCurrency": "USD", "unitCode": "HUR"}, "25.5 USD HOUR", "", []),
        ({"price": 25, "priceCurrency": "USD", "referenceQuantity": {"value": 1, "unitCode": "HUR"}}, "25 USD HOUR", "", []),
        ({"price": 25, "priceCurrency": "USD", "referenceQuantity": {"value": 2, "unitCode": "HUR"}}, "25 USD", "", []),
        ({"minPrice": 25, "maxPrice": 30, "priceCurrency": "USD", "unitText": "HOUR"}, "25..30 USD HOUR", "", []),
        ({"priceComponent": [{"price": 25, "priceCurrency": "USD"}]}, "25 USD", "", []),
        ({"priceComponent": [{"price": 25}, {"price": 5}]}, "", "", [UNKNOWN]),
        (
            {"currency": "USD", "duration": "P1Y", "percentile10": "4e4", "median": 50000, "percentile90": 90000},
            "40000..90000 USD YEAR", "", [],
        ),
        ({"currency": "USD", "duration": "PT1H", "median": 50}, "50 USD HOUR", "", []),
        (amount(currency="GBP", description="£30k per year"), "30000 GBP YEAR", "£30k per year", [UNDERSTOOD]),
        (amount(currency="GBP", name="Base salary"), "GBP", "", []),
        # Lists.
        ([40000, 50000], "40000..50000", "", []),
        (amount(currency="EUR", value=[50000, "40000"]), "40000..50000 EUR", "", [TURNED]),
        ([euros(value=4), euros(value=8)], "4..8 EUR", "", []),
        ([euros(value=4), euros(value=4)], "4 EUR", "", []),
        ([euros(value=4), amount(currency="USD", value=5)], "4 EUR", "", [BAD]),
        (["Competitive", "£30k"], "30000 GBP", "Competitive – £30k", [UNKNOWN, UNDERSTOOD, BAD]),
        ([1, 2, 3], "", "", [BAD]),
        ({"@value": "100000"}, "100000", "", []),
        # Nothing.
        (None, "", "", []),
        ([], "", "", []),
        ({}, "", "", []),
        (" ", "", "", []),
        (amount(currency="EUR"), "EUR", "", []),
        ("NaN", "", "", [BAD]),
        ("n/a", "", "", [BAD]),
    ],
)  # fmt: skip
def test_every_shape_of_an_amount(
    value: Any, expected: str, text: str, problems: list[str]
) -> None:
    found, reported = read(value)
    assert (said(found), found.text, reported) == (expected, text, problems)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hour", "HOUR"), ("HOURS", "HOUR"), ("per hour", "HOUR"), ("/hr", "HOUR"), ("Std.", "HOUR"),
        ("hour(s)", "HOUR"), ("€/hour", "HOUR"), ("HUR", "HOUR"), ("PT1H", "HOUR"), ("l'heure", "HOUR"),
        ("daily", "DAY"), ("pro Tag", "DAY"), ("weekly", "WEEK"), ("Woche", "WEEK"), ("semanal", "WEEK"),
        ("MON", "MONTH"), ("pro Monat", "MONTH"), ("měsíčně", "MONTH"), ("al mes", "MONTH"), ("每月", "MONTH"),
        ("Yearly salary", "YEAR"), ("PER_YEAR", "YEAR"), ("p.a.", "YEAR"), ("per annum", "YEAR"),
        ("par an", "YEAR"), ("Jahr", "YEAR"), ("P1Y", "YEAR"), ("Year", "YEAR"),
    ],
)  # fmt: skip
def test_units_in_every_wording(words: str, expected: str) -> None:
    found, problems = read(euros(value=5, unitText=words))
    assert said(found) == f"5 EUR {expected}"
    assert problems == [UNDERSTOOD]


@pytest.mark.parametrize("unit", UnitText)
def test_googles_units_need_no_report(unit: UnitText) -> None:
    assert read(euros(value=5, unitText=str(unit)))[1] == []


@pytest.mark.parametrize(
    "words", ["fortnight", "bi-weekly", "2 weeks", "full time", "an", "piece", "{unit}"]
)
def test_a_unit_that_is_none_is_kept_beside_the_number(words: str) -> None:
    found, problems = read(euros(value=2000, unitText=words))
    assert (said(found), found.text) == ("2000 EUR", f"2000 {words}")
    assert problems == [UNKNOWN]


@pytest.mark.parametrize(
    ("value", "expected", "problems"),
    [
        ("EUR", "EUR", []),
        (" EUR ", "EUR", []),
        (["EUR"], "EUR", []),
        ({"name": "EUR"}, "EUR", []),
        ("eur", "EUR", [UNDERSTOOD]),
        ("€", "EUR", [UNDERSTOOD]),
        ("EURO", "EUR", [UNDERSTOOD]),
        ("US$", "USD", [UNDERSTOOD]),
        ("pounds", "GBP", [UNDERSTOOD]),
        ("$", "", [UNKNOWN]),
        ("kr", "", [UNKNOWN]),
        ("XXX", "", [UNKNOWN]),
        ("EUR/USD", "", [UNKNOWN]),
        ("money", "", [UNKNOWN]),
        (5, "", [BAD]),
        ([10**5000], "", [BAD]),
        (None, "", []),
        ("", "", []),
    ],
)
def test_currencies(value: Any, expected: str, problems: list[str]) -> None:
    notes = Notes("t")
    assert currency_code(value, "salaryCurrency", notes) == expected
    reported = [f"{entry.severity} {entry.code}" for entry in notes.problems()]
    assert reported == problems


def test_an_amounts_sign_is_told_by_the_posting_or_its_country() -> None:
    value = amount(currency="$", value=2000)
    assert said(read(value, currency="CAD", country="US")[0]) == "2000 CAD"
    assert said(read(value, country="US")[0]) == "2000 USD"
    assert read(value)[0] == Salary(
        min_value=Decimal(2000), max_value=Decimal(2000), text="2000 $"
    )


def test_what_is_wrong_with_the_postings_currency_is_reported_by_its_reader() -> None:
    assert read(5, currency=["no currency", 7])[1] == []


def test_amounts_are_in_cents() -> None:
    found, _ = read(euros(minValue=38.125, maxValue=1e3, unitText="HOUR"))
    assert str(found.min_value) == "38.12"
    assert str(found.max_value) == "1000.00"


def nested(depth: int, key: str = "") -> Any:
    value: Any = "£5"
    for _ in range(depth):
        value = {key: value} if key else [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        True, False, math.nan, math.inf, 10**400, [10**5000], 1e300, "9" * 100_000, "1e999",
        "NaN", "\x00", "\ud800£5", "1," * 50_000, "£1 " * 50_000, "- " * 50_000, "1 000 " * 20_000,
        "up to " * 20_000, "$" * 100_000, nested(10_000, "value"), nested(10_000, "minValue"),
        [list(range(10_000))], {"value": {"value": {}}}, {"minValue": [[]], "maxValue": {"x": 1}},
        {"currency": 10**5000, "value": 10**5000, "unitText": 10**5000}, {"unitText": ["HOUR", {}]},
        {"currency": {"name": nested(10_000)}, "value": 1}, {"value": {"@list": [{"@set": []}]}},
        {"@id": "#x"}, [None, [""], {"x": 1}], {"value": True, "unitText": True, "currency": True},
    ],
)  # fmt: skip
def test_no_value_raises_or_becomes_more_than_pay(value: Any) -> None:
    for hostile in (value, euros(value=value), euros(minValue=value, maxValue=value)):
        found, _ = read(hostile, currency=value, country="\x00")
        for end in (found.min_value, found.max_value):
            assert end is None or 0 < end < MAX_AMOUNT
        assert len(found.text) <= MAX_TEXT


def test_lists_however_deep_are_opened() -> None:
    assert said(read(nested(10_000))[0]) == "5 GBP"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["value", "minValue", "maxValue", "currency", "unitText", "price", "@value"]), inner
    ),
)  # fmt: skip


@given(JSON, st.text(), st.sampled_from(["", "US", "SE", "?"]))
def test_whatever_comes_is_pay_in_order_or_none(
    value: Any, currency: str, country: str
) -> None:
    found, _ = read(value, currency=currency, country=country)
    low, high = found.min_value, found.max_value
    assert low is None or high is None or low <= high
    for end in (low, high):
        assert end is None or (0 < end < MAX_AMOUNT and end == round(end, 2))


AMOUNTS = st.integers(min_value=1, max_value=10**9)


@given(AMOUNTS, st.sampled_from([",", ".", "'", " ", "\u00a0", "\u202f", ""]))
def test_thousands_are_grouped_by_any_custom(number: int, mark: str) -> None:
    wording = f"{number:,}".replace(",", mark)
    assert said(read(f"{wording} €")[0]) == f"{number} EUR"
