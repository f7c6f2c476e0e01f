"""Types of employment, remote work, education and experience in the words of the wild."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postings.ingest.normalise import employment, requirements
from postings.ingest.report import Code, Notes, Severity
from postings.schemaorg import (
    CredentialCategory,
    EmploymentType,
    EmploymentTypes,
    JobLocationType,
)

UNDERSTOOD = (Severity.REPAIRED, Code.UNDERSTOOD_WORDING)
UNKNOWN = (Severity.IGNORED, Code.UNKNOWN_VALUE)
BAD = (Severity.IGNORED, Code.BAD_VALUE)
NOT_REMOTE = (Severity.IGNORED, Code.NOT_REMOTE)


def said(notes: Notes) -> list[tuple[Severity, Code]]:
    return [(problem.severity, problem.code) for problem in notes.problems()]


def short(value: Any) -> str:
    return repr(value)[:60]


def types(value: Any) -> tuple[list[str], list[str], list[tuple[Severity, Code]]]:
    notes = Notes("t")
    found = employment.employment_types(value, notes)
    return [str(kind) for kind in found.types], list(found.text), said(notes)


# --- Employment types ---------------------------------------------------------------


@pytest.mark.parametrize("kind", list(EmploymentType))
def test_googles_own_values_are_read_without_a_word(kind: EmploymentType) -> None:
    for value in (kind.value, [kind.value], {"@value": kind.value}):
        assert types(value) == ([kind], [], [])


def test_several_values_keep_their_order_and_lose_repeats() -> None:
    value = ["PART_TIME", "FULL_TIME", "PART_TIME"]
    assert types(value) == (["PART_TIME", "FULL_TIME"], [], [])


@pytest.mark.parametrize(
    ("wordings", "kind"),
    [
        ("full_time, Full-Time, FULL TIME, fulltime, FullTime, full\u2011time", "FULL_TIME"),
        ("https://schema.org/FULL_TIME, http://example.org/types#full-time", "FULL_TIME"),
        ("Vollzeit, Temps plein, à temps complet, heltid, Heltidsjobb, Fuldtid, Fulltid, Voltijd", "FULL_TIME"),
        ("plný úvazek, Práce na plný úvazek, plný pracovní úvazek, plný úväzok, pełny etat", "FULL_TIME"),
        ("Jornada completa, tiempo completo, a tempo pieno, Tempo integral, Período integral", "FULL_TIME"),
        ("kokoaikainen, kokopäivätyö, teljes munkaidő, Teljes munkaidős", "FULL_TIME"),
        ("Full time job, full-time employee, Full-time position, Emploi à temps plein", "FULL_TIME"),
        ("part-time, Teilzeit, temps partiel, Deltid, Deltidsjobb, deltidsstilling, Deeltijds", "PART_TIME"),
        ("částečný úvazek, zkrácený úvazek, skrátený úväzok, część etatu, jornada parcial", "PART_TIME"),
        ("tempo parziale, tempo parcial, osa-aikainen, részmunkaidő, Niepełny etat", "PART_TIME"),
        ("Contract, contractor, Freelance, Freelancer, freiberuflich, frilans, szabadúszó", "CONTRACTOR"),
        ("Temporary, temp, Fixed-term, fixed term contract, Befristet, CDD, Tidsbegränsad anställning", "TEMPORARY"),
        ("midlertidig stilling, tijdelijk, doba určitá, na dobu určitú, umowa na czas określony", "TEMPORARY"),
        ("contrato temporal, a tempo determinato, temporário, määräaikainen, határozott idejű", "TEMPORARY"),
        ("Internship, intern, Praktikum, praktik, Praktikant/in, Stage, stagiaire, stáž, staż", "INTERN"),
        ("prácticas, tirocinio, Estágio, harjoittelu, gyakornok, stageplaats", "INTERN"),
        ("volunteer, Ehrenamt, bénévolat, frivilligt arbejde, dobrovoľník, wolontariat, önkéntes", "VOLUNTEER"),
        ("Per diem, per-diem", "PER_DIEM"),
        ("Other, Sonstiges, autre, jiné, egyéb", "OTHER"),
    ],
)  # fmt: skip
def test_a_wording_that_says_just_the_same_is_read_and_reported(
    wordings: str, kind: str
) -> None:
    for words in wordings.split(", "):
        assert types(words) == ([kind], [], [UNDERSTOOD]), words


@pytest.mark.parametrize(
    ("words", "kinds", "text"),
    [
        ("Full time, permanent", ["FULL_TIME"], ["permanent"]),
        ("Permanent Full-Time", ["FULL_TIME"], ["Permanent"]),
        ("Regular full-time employee", ["FULL_TIME"], ["Regular"]),
        ("Full-time (38h/week)", ["FULL_TIME"], ["38h/week"]),
        ("Part-time, 20 hours per week", ["PART_TIME"], ["20 hours per week"]),
        ("Part time 20 hours per week", ["PART_TIME"], ["20 hours per week"]),
        ("Vollzeit, unbefristet", ["FULL_TIME"], ["unbefristet"]),
        ("Teilzeit 50 %", ["PART_TIME"], ["50 %"]),
        ("Heltid,Fastanställd", ["FULL_TIME"], ["Fastanställd"]),
        ("Heltidsjobb (ferievikariat)", ["FULL_TIME"], ["ferievikariat"]),
        ("CDI - temps plein", ["FULL_TIME"], ["CDI"]),
        ("Full-time contract", ["FULL_TIME"], ["contract"]),
        ("Minijob", ["PART_TIME"], ["Minijob"]),
        ("Sommarjobb / Säsongsanställning", ["TEMPORARY"], ["Sommarjobb", "Säsongsanställning"]),
        ("Seasonal", ["TEMPORARY"], ["Seasonal"]),
        ("Vikariat", ["TEMPORARY"], ["Vikariat"]),
        ("Traineeship", ["INTERN"], ["Traineeship"]),
        ("Autónomo", ["CONTRACTOR"], ["Autónomo"]),
    ],
)  # fmt: skip
def test_what_a_wording_says_more_is_kept_beside_the_type(
    words: str, kinds: list[str], text: list[str]
) -> None:
    assert types(words) == (kinds, text, [UNDERSTOOD])


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Full-time, Part-time", ["FULL_TIME", "PART_TIME"]),
        ("full-time;contract", ["FULL_TIME", "CONTRACTOR"]),
        ("FULL_TIME,PART_TIME", ["FULL_TIME", "PART_TIME"]),
        ("Full-time/Part-time", ["FULL_TIME", "PART_TIME"]),
        ("Full Time | Intern", ["FULL_TIME", "INTERN"]),
        ("Full-time & Temporary", ["FULL_TIME", "TEMPORARY"]),
        ("Full-time or contract", ["FULL_TIME", "CONTRACTOR"]),
        ("Vollzeit oder Teilzeit", ["FULL_TIME", "PART_TIME"]),
        ("Vollzeit und Teilzeit", ["FULL_TIME", "PART_TIME"]),
        ("Voll- oder Teilzeit", ["FULL_TIME", "PART_TIME"]),
        ("Voll- und/oder Teilzeit", ["FULL_TIME", "PART_TIME"]),
        ("Full or part-time", ["FULL_TIME", "PART_TIME"]),
        ("heltid eller deltid", ["FULL_TIME", "PART_TIME"]),
    ],
)
def test_a_list_in_one_text_is_parted(words: str, kinds: list[str]) -> None:
    assert types(words) == (kinds, [], [UNDERSTOOD])


@pytest.mark.parametrize(
    "words",
    [
        "Permanent", "Regular", "Unbefristet", "Festanstellung", "CDI", "Tillsvidareanställning",
        "Permanent or temporary", "Tills vidare- eller tidsbegränsad anställning",
        "not full-time", "No internships", "Part-time to full-time", "Temp to perm",
        "Contract to hire", "Full-time equivalent", "Apprenticeship", "Trainee",
        "Werkstudent", "Casual", "Fast", "1", "3", "40", "100%", "Competitive", "/", "Full",
        "We hire for full time in summer and for part time the rest of the year",
    ],
)  # fmt: skip
def test_what_is_not_certain_stays_text(words: str) -> None:
    assert types(words) == ([], [words], [UNKNOWN])


def test_a_negation_beside_a_type_stays_text() -> None:
    assert types("Full-time (not temporary)") == (
        ["FULL_TIME"],
        ["not temporary"],
        [UNDERSTOOD],
    )


def test_what_is_understood_and_what_is_not_are_reported_apart() -> None:
    found = types(["Full-Time", "Evenings", "INTERN"])
    assert found == (["FULL_TIME", "INTERN"], ["Evenings"], [UNDERSTOOD, UNKNOWN])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"code": "FULL_TIME", "name": "Heltid"}, (["FULL_TIME"], [], [])),
        ({"code": "full-time", "name": "Dagtid"}, (["FULL_TIME"], ["Dagtid"], [UNDERSTOOD])),
        ({"code": "1", "name": "Deltid"}, (["PART_TIME"], [], [UNDERSTOOD])),
        ({"code": 3, "name": "Evenings"}, ([], ["Evenings"], [UNKNOWN])),
        ({"code": 3}, ([], ["3"], [UNKNOWN])),
        ({"name": "Internship"}, (["INTERN"], [], [UNDERSTOOD])),
        ({"name": "FULL_TIME"}, (["FULL_TIME"], [], [])),
        ({"@type": "DefinedTerm", "termCode": "PART_TIME", "name": "Teilzeit"}, (["PART_TIME"], [], [])),
        ({"@id": "https://schema.org/FULL_TIME"}, (["FULL_TIME"], [], [UNDERSTOOD])),
        ({"@type": "DefinedTerm"}, ([], [], [BAD])),
        ([{"name": "Full-Time"}, {"name": "Part-Time"}], (["FULL_TIME", "PART_TIME"], [], [UNDERSTOOD])),
        (True, ([], [], [BAD])),
        (3, ([], ["3"], [UNKNOWN])),
        (None, ([], [], [])),
        ("", ([], [], [])),
        ([], ([], [], [])),
        (["", None, {}], ([], [], [])),
    ],
    ids=short,
)  # fmt: skip
def test_types_as_objects_and_oddities(value: Any, expected: tuple[Any, ...]) -> None:
    assert types(value) == expected


# --- Remote work --------------------------------------------------------------------


def location(value: Any, *, virtual: bool = False) -> tuple[bool, str, list[Any]]:
    notes = Notes("t")
    found = employment.location_type(value, notes, virtual=virtual)
    return found.type is JobLocationType.TELECOMMUTE, found.text, said(notes)


@pytest.mark.parametrize(
    "value", ["TELECOMMUTE", ["TELECOMMUTE"], {"@value": "TELECOMMUTE"}]
)
def test_googles_value_is_remote_without_a_word(value: Any) -> None:
    assert location(value) == (True, "", [])


@pytest.mark.parametrize(
    "words",
    [
        "telecommute", "TeleCommute", "Tele-commute", "https://schema.org/TELECOMMUTE",
        "REMOTE", "Fully remote", "100% remote", "Work from home", "Remote-only",
        "Télétravail complet", "100 % télétravail", "À distance", "vollständig remote",
        "100% Homeoffice", "På distans", "Fjernarbejde", "Op afstand", "práce na dálku",
        "Praca zdalna", "Remoto", "Da remoto",
    ],
)  # fmt: skip
def test_certain_wordings_of_remote_are_read_and_reported(words: str) -> None:
    assert location(words) == (True, "", [UNDERSTOOD])


@pytest.mark.parametrize(
    "words",
    [
        "HYBRID", "ON_SITE", "ONSITE", "On-site", "Home office", "Homeoffice möglich",
        "Télétravail partiel", "Télétravail", "Remote, Hybrid", "Not remote", "No remote",
        "Remote - 2 days a week", "Partially remote", "Remote possible", "Hybridní", "1", "OFFICE",
    ],
)  # fmt: skip
def test_what_is_not_certainly_all_remote_stays_text(words: str) -> None:
    assert location(words) == (False, words, [NOT_REMOTE])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["TELECOMMUTE", "HYBRID"], (True, "HYBRID", [NOT_REMOTE])),
        (["Remote", "Hybrid"], (False, "Remote, Hybrid", [NOT_REMOTE])),
        (["Remote", "remote work"], (True, "", [UNDERSTOOD])),
        ({"@type": "DefinedTerm", "termCode": "TELECOMMUTE", "name": "Anywhere"}, (True, "", [UNDERSTOOD])),
        ({"@id": "https://schema.org/TELECOMMUTE"}, (True, "", [UNDERSTOOD])),
        ({"name": "Remote"}, (True, "", [UNDERSTOOD])),
        (True, (False, "", [BAD])),
        (False, (False, "", [BAD])),
        (None, (False, "", [])),
        ([], (False, "", [])),
    ],
    ids=short,
)  # fmt: skip
def test_location_types_as_lists_objects_and_oddities(
    value: Any, expected: tuple[Any, ...]
) -> None:
    assert location(value) == expected


def test_a_virtual_place_is_remote_whatever_is_said() -> None:
    assert location(None, virtual=True) == (True, "", [UNDERSTOOD])
    assert location("TELECOMMUTE", virtual=True) == (True, "", [])
    assert location("HYBRID", virtual=True) == (
        True, "HYBRID", [UNDERSTOOD, NOT_REMOTE]
    )  # fmt: skip


# --- Education ----------------------------------------------------------------------


def education(value: Any) -> tuple[list[str], str, list[tuple[Severity, Code]]]:
    notes = Notes("t")
    found = requirements.education(value, notes)
    return [str(kind) for kind in found.credential_category], found.text, said(notes)


@pytest.mark.parametrize("kind", [kind.value for kind in CredentialCategory])
def test_googles_categories_are_read_without_a_word(kind: str) -> None:
    credential = {"@type": "EducationalOccupationalCredential"}
    for value in (kind, [kind], credential | {"credentialCategory": kind}):
        assert education(value) == ([kind], "", [])


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Bachelor's degree", "bachelor degree"),
        ("BACHELORS DEGREE", "bachelor degree"),
        ("bachelor_degree", "bachelor degree"),
        ("<p>Bachelor\u2019s Degree</p>", "bachelor degree"),
        ("Bachelorabschluss", "bachelor degree"),
        ("High School Diploma", "high school"),
        ("Gymnasial utbildning", "high school"),
        ("Associate's degree", "associate degree"),
        ("Professional certification", "professional certificate"),
        ("No formal education", "no requirements"),
        ("None", "no requirements"),
    ],
)
def test_a_credential_in_other_words_is_read_and_reported(
    words: str, kind: str
) -> None:
    assert education(words) == ([kind], "", [UNDERSTOOD])


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("HS Diploma/GED", "high school"),
        ("High school diploma or equivalent", "high school"),
        ("Abitur", "high school"),
        ("Maturita", "high school"),
        ("BSc", "bachelor degree"),
        ("Master's degree", "postgraduate degree"),
        ("Ph.D.", "postgraduate degree"),
        ("Magisterské vzdělání", "postgraduate degree"),
    ],
)
def test_a_credential_that_says_more_than_its_category_is_kept(
    words: str, kind: str
) -> None:
    assert education(words) == ([kind], f"<p>{words}</p>", [UNDERSTOOD])


@pytest.mark.parametrize(
    "words",
    [
        "Bachelor's Degree or equivalent",
        "Bachelor's degree in Baking or a related field",
        "Eftergymnasial utbildning",
        "Master",
        "Degree",
        "N/A",
        "A steady hand",
        "No degree required",
    ],
)
def test_other_education_is_text(words: str) -> None:
    assert education(words) == ([], f"<p>{words}</p>", [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            [{"credentialCategory": "high school"}, {"credentialCategory": "bachelor degree"}],
            (["high school", "bachelor degree"], "", []),
        ),
        (
            {"credentialCategory": ["high school", "Apprenticeship"]},
            (["high school"], "<p>Apprenticeship</p>", [UNKNOWN]),
        ),
        (
            {"credentialCategory": "https://example.org/levels#bachelor-degree"},
            (["bachelor degree"], "", [UNDERSTOOD]),
        ),
        (
            {"credentialCategory": {"@type": "DefinedTerm", "termCode": "PhD", "name": "Doktor"}},
            (["postgraduate degree"], "<p>PhD</p>", [UNDERSTOOD]),
        ),
        (
            {"credentialCategory": "bachelor degree", "name": "Bachelor's degree", "description": "In baking"},
            (["bachelor degree"], "<p>In baking</p>", [UNDERSTOOD]),
        ),
        ({"educationalLevel": "Bachelor"}, (["bachelor degree"], "", [UNDERSTOOD])),
        ({"name": "High school"}, (["high school"], "", [UNDERSTOOD])),
        (
            {"credentialCategory": "high school", "competencyRequired": ["Bread", {"name": "Cake"}]},
            (["high school"], "<ul>\n<li>Bread</li>\n<li>Cake</li>\n</ul>", []),
        ),
        ({"@type": "EducationalOccupationalCredential"}, ([], "", [BAD])),
        ({"@id": "https://example.org/credential/5"}, ([], "", [BAD])),
        (True, ([], "", [BAD])),
        (7, ([], "<p>7</p>", [])),
        (None, ([], "", [])),
    ],
    ids=short,
)  # fmt: skip
def test_credentials_as_objects_and_lists(
    value: Any, expected: tuple[Any, ...]
) -> None:
    assert education(value) == expected


def test_what_education_holds_of_markup_is_sanitised() -> None:
    found = education("A <b>steady</b> hand<script>alert(1)</script>")
    assert found[1] == "<p>A <strong>steady</strong> hand</p>"


# --- Experience ---------------------------------------------------------------------


def experience(value: Any) -> tuple[int | None, str, list[tuple[Severity, Code]]]:
    notes = Notes("t")
    found = requirements.experience(value, notes)
    return found.months_of_experience, found.text, said(notes)


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (60, 60),
        (0, 0),
        (18.0, 18),
        ("60", 60),
        (" 60 ", 60),
        ("60.0", 60),
        ({"@type": "QuantitativeValue", "value": 24}, 24),
        ({"value": 24, "unitCode": "MON"}, 24),
        ({"value": 2, "unitCode": "ANN"}, 24),
        ({"minValue": "2", "maxValue": 4, "unitText": "years"}, 24),
    ],
    ids=short,
)
def test_months_of_experience(months: Any, expected: int) -> None:
    assert experience({"monthsOfExperience": months}) == (expected, "", [])


@pytest.mark.parametrize(
    ("months", "expected"),
    [(18.5, 18), ("36 months", 36), ("3 years", 36), ("24-48 months", 24)],
)
def test_months_in_words_are_read_and_reported(months: Any, expected: int) -> None:
    assert experience({"monthsOfExperience": months}) == (expected, "", [UNDERSTOOD])


@pytest.mark.parametrize(
    "months",
    [
        99999, -1, True, "many", "-3", float("nan"), float("inf"), 10**400,
        {"value": 3, "unitText": "lives"}, {"value": 3, "unitCode": "ANN", "minValue": "x"},
        "2\n" * 10_000, "9" * 100, {"unitText": "years"}, {"value": None, "x": 1}, {"value": True},
    ],
    ids=short,
)  # fmt: skip
def test_months_that_cannot_be_meant_are_ignored(months: Any) -> None:
    assert experience({"monthsOfExperience": months}) == (None, "", [BAD])


@pytest.mark.parametrize(
    ("wordings", "months"),
    [
        ("2 years; 2 yrs.; 2+ years; 2 + years; 2 years+; at least 2 years; At least two years of experience", 24),
        ("Minimum 2 years experience; min. 2 years' experience; 2 years or more; 2-year experience", 24),
        ("2-4 years; 2 \u2013 4 years; 2 to 4 years of experience; 2 or 3 years; 2 years to 4 years", 24),
        ("minst 2 år; Minst 2 års erfarenhet; 2-4 års erfarenhet; Två års erfarenhet eller mer", 24),
        ("mindestens 2 Jahre Berufserfahrung; ab 2 Jahren; zwei Jahre Erfahrung; 2 bis 4 Jahre", 24),
        ("2 ans d'expérience; au moins 2 ans; 2 à 4 ans; 2 ans et plus; 24 mois", 24),
        ("alespoň 2 roky praxe; min. 2 roky; 2 años de experiencia; almeno 2 anni di esperienza", 24),
        ("minimaal 2 jaar ervaring; co najmniej 2 lata doświadczenia; vähintään 2 vuotta; legalább 2 év", 24),
        ("6 months; 6 Monate; 6 månader; 0.5 years; 6 months to 1 year; from 6 months", 6),
        ("1.5 years; 1,5 år; 18 months", 18),
        ("0-1 years; 0 years; No experience; No experience needed; Ohne Berufserfahrung; Bez praxe", 0),
    ],
)  # fmt: skip
def test_a_text_that_is_only_a_length_of_time_gives_months_and_stays(
    wordings: str, months: int
) -> None:
    for words in wordings.split("; "):
        found = experience(words)
        assert (found[0], found[2]) == (months, [UNDERSTOOD]), words
        assert found[1], words


@pytest.mark.parametrize("words", ["no requirements", "none", "None"])
def test_no_requirements_are_no_months(words: str) -> None:
    assert experience(words)[:2] == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        "Up to 2 years", "Less than 1 year", "max. 2 years", "Mindre än 1 års erfarenhet",
        "no more than 2 years", "bis 2 Jahre", "až 5 let", "jusqu'à 2 ans", "2 years preferred",
        "not 2 years", "4-2 years", "2 years Java, 3 years SQL", "2 winters", "Two winters", "years",
        "Junior, Mid-Level", "Waiter - 1-2 års erfarenhet", "Praxe", "Entry level", "0.3 years",
        "101 years", "2/3 years", "2 years of baking in a large bakery",
    ],
)  # fmt: skip
def test_other_experience_is_text(words: str) -> None:
    months, text, problems = experience(words)
    assert (months, problems) == (None, [])
    assert text


@pytest.mark.parametrize("value", [3, "3", 2.5], ids=repr)
def test_a_bare_number_may_be_months_or_years_and_stays_text(value: Any) -> None:
    assert experience(value) == (None, f"<p>{value}</p>", [UNKNOWN])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"monthsOfExperience": 24, "description": "At least 5 years"},
            (24, "<p>At least 5 years</p>", []),
        ),
        ({"description": "3 years"}, (36, "<p>3 years</p>", [UNDERSTOOD])),
        ({"name": "Some baking"}, (None, "<p>Some baking</p>", [])),
        (
            {"@type": "QuantitativeValue", "value": 3, "unitText": "year"},
            (36, "", []),
        ),
        (
            [{"monthsOfExperience": 24}, {"monthsOfExperience": "36"}],
            (36, "", []),
        ),
        ({"@type": "OccupationalExperienceRequirements"}, (None, "", [BAD])),
        (False, (None, "", [BAD])),
        (None, (None, "", [])),
        ("<ul><li>3 years</li></ul>", (36, "<ul>\n<li>3 years</li>\n</ul>", [UNDERSTOOD])),
    ],
    ids=short,
)  # fmt: skip
def test_experience_as_objects_and_oddities(
    value: Any, expected: tuple[Any, ...]
) -> None:
    assert experience(value) == expected


# --- Hostile values -----------------------------------------------------------------

READERS: list[Callable[[Any], Any]] = [types, location, education, experience]

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["FULL_TIME", "2 years", "Remote", "a, b / c (d)", "\x00", "\ud800"]
    )
)
_KEYS = st.sampled_from(
    [
        "name",
        "code",
        "value",
        "termCode",
        "@id",
        "@value",
        "monthsOfExperience",
        "credentialCategory",
        "unitText",
        "minValue",
        "description",
        "competencyRequired",
        "educationalLevel",
        "unitCode",
    ]
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_value_raises(value: Any) -> None:
    for read in READERS:
        read(value)


@pytest.mark.parametrize(
    "value",
    [
        10**400, -(10**400), 1e308, float("nan"), "\x00", "\ud800", "\ud800" * 600,
        {"name": {"name": {"name": {}}}}, {"@id": ["x"]}, [[[["FULL_TIME"]]]],
        {"monthsOfExperience": [[]]}, {"unitCode": {}, "value": []}, {"code": True},
    ],
    ids=short,
)  # fmt: skip
@pytest.mark.parametrize("read", READERS)
def test_odd_values_do_not_raise(read: Callable[[Any], Any], value: Any) -> None:
    read(value)


@pytest.mark.parametrize(
    "value",
    [
        [f"type {number}" for number in range(10_000)],
        [{"name": f"2 years {number}"} for number in range(10_000)],
        "full time, " * 20_000,
        "(" * 200_000,
        "- " * 100_000,
        "2" * 200_000,
        "https://" + "/" * 200_000,
        "2 years " * 25_000,
        " or ".join(["full time"] * 20_000),
    ],
    ids=lambda value: str(value)[:12],
)
@pytest.mark.parametrize("read", READERS)
def test_large_values_are_read_in_good_time(
    read: Callable[[Any], Any], value: Any
) -> None:
    start = time.perf_counter()
    read(value)
    assert time.perf_counter() - start < 2


def test_a_list_beyond_all_measure_is_cut_and_reported() -> None:
    notes = Notes("t")
    value = [f"type {number}" for number in range(1000)]
    found = employment.employment_types(value, notes)
    assert isinstance(found, EmploymentTypes)
    assert len(found.text) == 200
    assert Code.TOO_LONG in {problem.code for problem in notes.problems()}
