"""`educationRequirements` and `experienceRequirements`.

A wording is read where the whole of it has one meaning; the tables hold those of fifteen
languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from postings.ingest.normalise import text as texts
from postings.ingest.normalise.lookup import (
    DASHES,
    EDGES,
    LONGEST_WORDING,
    code_and_wording,
    folded,
    lookup_form,
    lookup_forms,
)
from postings.ingest.report import Code, Notes, Sentence, sentence
from postings.schemaorg import (
    CredentialCategory,
    Education,
    Experience,
)

#: A hundred years of work, in months.
_LONGEST_LIFE = 1200

_WORD = re.compile(r"[^\W_]+")

# --- Education ----------------------------------------------------------------------

_CREDENTIALS_SAME: Mapping[CredentialCategory, str] = {
    CredentialCategory.NO_REQUIREMENTS: """
        no requirements, no requirement, none, none required, no education required,
        no formal education, no formal education required, keine Ausbildung erforderlich,
        aucun diplôme requis, ingen utbildning krävs, inga krav på utbildning,
        ingen formell utdanning, bez požadavků na vzdělání, sin estudios requeridos
    """,
    CredentialCategory.HIGH_SCHOOL: """
        high school, high school diploma, high school degree, high school graduate,
        HS diploma, gymnasial utbildning, gymnasieutbildning, gymnasieexamen,
        gymnasial uddannelse, videregående skole, videregående utdanning
    """,
    CredentialCategory.ASSOCIATE_DEGREE: """
        associate degree, associates degree, associates, associate's degree
    """,
    CredentialCategory.BACHELOR_DEGREE: """
        bachelor degree, bachelors degree, bachelors, bachelor, Bachelorabschluss,
        Bachelor-Abschluss, bachelorgrad, kandidatexamen, bakalářské vzdělání,
        bakalářský titul, bakalárske vzdelanie, licencjat, laurea triennale,
        kandidaatin tutkinto
    """,
    CredentialCategory.PROFESSIONAL_CERTIFICATE: """
        professional certificate, professional certification
    """,
    CredentialCategory.POSTGRADUATE_DEGREE: "postgraduate degree, postgraduate",
}

_CREDENTIALS_MORE: Mapping[CredentialCategory, str] = {
    CredentialCategory.HIGH_SCHOOL: """
        high school or equivalent, high school diploma or equivalent,
        high school diploma/GED, high school diploma or GED, HS diploma/GED,
        HS diploma or GED, HS/GED, high school/GED, GED, high school diploma (GED),
        Abitur, allgemeine Hochschulreife, baccalauréat, studentereksamen, maturita,
        střední škola s maturitou, středoškolské s maturitou,
        středoškolské vzdělání s maturitou, SŠ s maturitou, stredoškolské s maturitou,
        stredoškolské vzdelanie s maturitou, matura, bachillerato,
        diploma di maturità, ensino médio, ensino médio completo, ensino secundário,
        ylioppilastutkinto, érettségi
    """,
    CredentialCategory.BACHELOR_DEGREE: """
        BSc, BSc degree, BA/BS, BS/BA, BA/BSc, BA degree, BS degree, BA/BS degree,
        BS/BA degree, bachelor of science, bachelor of arts, bachelor of engineering,
        bachelor of science degree, bachelor of arts degree,
        vysokoškolské bakalářské, vysokoškolské I. stupňa
    """,
    CredentialCategory.POSTGRADUATE_DEGREE: """
        master degree, masters degree, MSc, MSc degree, MBA, master of science,
        master of arts, master of business administration, masters or PhD, PhD,
        PhD degree, doctorate, doctorate degree, doctoral degree, doctor of philosophy,
        Masterabschluss, Master-Abschluss, Doktortitel, masterexamen, magisterexamen,
        doktorsexamen, mastergrad, doktorgrad, magisterské vzdělání,
        vysokoškolské magisterské, vysokoškolské II. stupňa, vysokoškolské III. stupňa,
        studia magisterskie, doktorat, doctorado, laurea magistrale,
        laurea specialistica, dottorato di ricerca, mestrado, doutorado, doutoramento,
        pós-graduação, maisterin tutkinto, tohtorin tutkinto, doktori fokozat
    """,
}

#: Categories, and whether the wording says more.
_CREDENTIALS: Mapping[str, tuple[CredentialCategory, bool]] = {
    word: (kind, more)
    for more, table in ((True, _CREDENTIALS_MORE), (False, _CREDENTIALS_SAME))
    for kind, wordings in table.items()
    for word in lookup_forms(wordings)
}

_CLEAN_EDUCATION: Mapping[str, Education] = {
    kind.value: Education(credential_category=(kind,)) for kind in CredentialCategory
}


def education(value: Any, notes: Notes) -> Education:
    """Credentials by Google's list; every other wording as sanitised HTML.

    A text counts as a credential only where it is nothing else ("HS Diploma/GED").
    """
    said = value
    if isinstance(value, dict) and value.keys() == _PLAIN_CREDENTIAL:
        said = value["credentialCategory"]
    if isinstance(said, str) and (clean := _CLEAN_EDUCATION.get(said)):
        return clean
    reading = _Credentials(notes)
    for item in texts.values(value):
        if isinstance(item, Mapping):
            reading.read_credential(item)
        else:
            reading.read(item, "")
    return Education(
        credential_category=tuple(reading.categories),
        text=texts.html(list(reading.wording.values()), reading.where, notes),
    )


_PLAIN_CREDENTIAL = {"@type", "credentialCategory"}


class _Credentials:
    """The credentials and the wording of one posting, as they are found."""

    where = "educationRequirements"

    def __init__(self, notes: Notes) -> None:
        self.categories: dict[CredentialCategory, None] = {}
        self.wording: dict[str, Any] = {}
        self._notes = notes

    def read_credential(self, item: Mapping[str, Any]) -> None:
        """An EducationalOccupationalCredential, whichever properties it has."""
        level = "credentialCategory"
        if texts.first(item.get(level)) is None:
            level = "educationalLevel"
        for one in texts.values(item.get(level)):
            self._read_category(one, f"/{level}")
        for key in ("name", "description", "competencyRequired"):
            for one in texts.values(item.get(key)):
                self.read(one, f"/{key}")
        if all(texts.first(item.get(key)) is None for key in _CREDENTIAL_TEXTS):
            code, words = code_and_wording(item, self.where, self._notes)
            if not self._take(code, "") and not self._take(words, ""):
                self._keep("" if words == item.get("@id") else words, item, "")

    def read(self, item: Any, key: str) -> None:
        if not isinstance(item, str) or not self._take(item, key):
            self._keep(_wording(item, self.where, self._notes), item, key)

    def _read_category(self, item: Any, key: str) -> None:
        code, words = code_and_wording(item, self.where + key, self._notes)
        if self._take(code, key) or self._take(words, key):
            return
        if words:
            self._notes.ignored(
                Code.UNKNOWN_VALUE,
                self.where + key,
                sentence("Not one of Google's categories; kept as text."),
                words,
            )
        self._keep(words, words or item, key)

    def _take(self, words: str, key: str) -> bool:
        """Whether the words are a credential; what says more is kept as well."""
        if not words or len(words) > LONGEST_WORDING:
            return False
        plain = texts.text(words, self.where, self._notes)
        kind, more = _CREDENTIALS.get(lookup_form(plain), (None, False))
        if kind is None:
            return False
        self.categories.setdefault(kind)
        if more:
            self.wording.setdefault(plain, words)
        if plain not in _CLEAN_EDUCATION:
            self._notes.repaired(
                Code.UNDERSTOOD_WORDING,
                self.where + key,
                sentence("Read as “{value}”.", value=str(kind)),
                words,
            )
        return True

    def _keep(self, words: str, item: Any, key: str) -> None:
        _keep(self.wording, words, item, self.where + key, self._notes)


#: The properties of a credential that are read.
_CREDENTIAL_TEXTS = (
    "credentialCategory",
    "educationalLevel",
    "name",
    "description",
    "competencyRequired",
)


def _wording(item: Any, where: str, notes: Notes) -> str:
    return item if isinstance(item, str) else texts.text(item, where, notes)


def _keep(
    wording: dict[str, Any], words: str, item: Any, where: str, notes: Notes
) -> None:
    """Keeps what has a wording, once each; says so where there is none."""
    if not words:
        notes.ignored(Code.BAD_VALUE, where, sentence("It has no wording."), item)
    elif len(wording) < texts.MAX_LIST:
        wording.setdefault(words, item)
    elif words not in wording:
        notes.ignored(Code.TOO_LONG, where, texts.only_first(), words)


# --- Experience ---------------------------------------------------------------------

_NO_EXPERIENCE = frozenset(
    lookup_forms("""
    no requirements, no requirement, none, none required, no experience,
    no experience needed, no experience required, no experience necessary,
    no prior experience required, no previous experience required,
    experience not required, keine Erfahrung erforderlich, keine Berufserfahrung,
    keine Berufserfahrung erforderlich, ohne Berufserfahrung, sans expérience,
    aucune expérience, aucune expérience requise, ingen erfarenhet,
    ingen erfarenhet krävs, ingen tidigare erfarenhet krävs, erfarenhet krävs ej,
    ingen erfaring, ingen erfaring påkrævet, ingen erfaring kreves, geen ervaring,
    geen ervaring nodig, geen ervaring vereist, bez praxe, praxe není nutná,
    praxe není vyžadována, prax nie je potrebná, bez doświadczenia,
    doświadczenie nie jest wymagane, sin experiencia, sin experiencia previa,
    no se requiere experiencia, nessuna esperienza, nessuna esperienza richiesta,
    senza esperienza, sem experiência, sem experiência prévia, ei kokemusta,
    ei aiempaa kokemusta, tapasztalat nem szükséges, nem szükséges tapasztalat
    """)
)
_REQUIREMENTS_NONE = frozenset(lookup_forms("no requirements, no requirement, none"))

_MONTHS_A_UNIT: Mapping[str, int] = dict.fromkeys(
    lookup_forms("""
    year, years, yr, yrs, Jahr, Jahre, Jahren, an, ans, année, années, år, års, jaar,
    jaren, rok, roky, roků, let, rokov, rokom, rokmi, rok, lata, lat, año, años, anno,
    anni, ano, anos, vuosi, vuotta, vuoden, év, éves, ANN
    """),
    12,
) | dict.fromkeys(
    lookup_forms("""
    month, months, mo, mos, mth, mths, Monat, Monate, Monaten, mois, månad, månader,
    månaders, måned, måneder, måneders, maand, maanden, měsíc, měsíce, měsíců, mesiac,
    mesiace, mesiacov, miesiąc, miesiące, miesięcy, mes, meses, mese, mesi, mês,
    kuukausi, kuukautta, kuukauden, hónap, hónapos, MON
    """),
    1,
)

_NUMBER_WORDS: Mapping[str, str] = {
    word: str(number)
    for number, words in enumerate(
        (
            "one ein eine einem un une ett uno una",
            "two zwei deux två to twee dva dwa dos due dois kaksi",
            "three drei trois tre drie tři tri trzy tres três kolme három",
            "four vier quatre fyra fire čtyři štyri cztery cuatro quattro quatro",
            "five fünf cinq fem vijf pět päť pięć cinco cinque viisi öt",
            "six sechs sex seks šest šesť sześć seis sei kuusi hat",
            "seven sieben sept sju syv zeven sedm sedem siete sette sete",
            "eight acht huit åtta otte åtte osm osem ocho otto oito",
            "nine neun neuf nio ni negen devět deväť nueve nove",
            "ten zehn dix tio ti tien deset desať dziesięć diez dieci dez",
        ),
        start=1,
    )
    for word in map(folded, words.split())
}

#: Words between two numbers of a range.
_RANGE = frozenset(
    lookup_forms("to, bis, à, a, till, til, tot, až, do, al, até, or, und")
)

#: Words beside a number of years that leave it the least that is asked for.
_AT_LEAST = frozenset(
    _WORD.findall(
        folded("""
    at least minimum min of a more than over or and plus with from required experience
    exp work working professional relevant related similar previous prior industry,
    mindestens mind wenigstens ab Erfahrung Berufserfahrung Berufspraxis einschlägige
    einschlägiger relevante relevanter erforderlich oder und mehr, au moins plus ou et
    de d expérience expériences professionnelle exigée requise, minst åtminstone mer
    erfarenhet arbetslivserfarenhet yrkeserfarenhet av eller mera och krävs, mindst
    erfaring erhvervserfaring arbeidserfaring med flere, minimaal tenminste ten minste
    ervaring werkervaring of meer, alespoň aspoň minimálně minimálne nejméně najmenej
    praxe praxí praxi prax praxou v oboru více viac, co najmniej przynajmniej
    doświadczenia doświadczenie pracy lub więcej, al menos mínimo mínima como
    experiencia o más laboral, almeno minimo di esperienza più, pelo
    experiência mais, vähintään kokemus kokemusta työkokemus työkokemusta tai enemmän,
    legalább tapasztalat szakmai vagy több
    """)
    )
)

_DURATION = re.compile(
    r"(?P<number>\d{1,4}(?:[.,]\d{1,2})?)|(?P<word>[^\W\d_]+)|(?P<plus>\+)"
    rf"|(?P<dash>[{DASHES}])|(?P<skipped>[\s.,:;()'\u2019]+)|(?P<other>.)"
)

#: N number, U unit, R between two numbers, P "+", F words of no account.
_SYMBOLS = {
    "number": "N",
    "unit": "U",
    "dash": "R",
    "joint": "r",
    "plus": "P",
    "filler": "F",
    "other": "X",
}
_LEAST = re.compile(r"F*(?:NP?(?:RNP?)?R?U|NURNU)P?F*")


def experience(value: Any, notes: Notes) -> Experience:
    """Months at least from OccupationalExperienceRequirements; wording as HTML.

    A text gives months only where it is nothing but a length of time ("mindestens 3
    Jahre Berufserfahrung"; of a range the least). It is kept as text either way.
    """
    where = "experienceRequirements"
    months: list[int] = []
    wording: dict[str, Any] = {}
    for item in texts.values(value):
        said = item
        stated: int | None = None
        if isinstance(item, Mapping):
            stated = _stated_months(item, where, notes)
            described = texts.first(item.get("description"))
            said = texts.first(item.get("name")) if described is None else described
            if said is None and stated is None and "monthsOfExperience" not in item:
                said = item
        if stated is not None:
            months.append(stated)
        if said is not None:
            found = _read_wording(said, wording, where, notes, known=stated is not None)
            if found is not None:
                months.append(found)
    return Experience(
        months_of_experience=max(months, default=None),
        text=texts.html(list(wording.values()), where, notes),
    )


def _read_wording(
    item: Any, wording: dict[str, Any], where: str, notes: Notes, *, known: bool
) -> int | None:
    """Keeps a text; its months where they are certain and not `known` otherwise."""
    plain = item if isinstance(item, str) and len(item) <= LONGEST_WORDING else ""
    plain = texts.text(plain, where, notes)
    token = lookup_form(plain)
    if token not in _REQUIREMENTS_NONE:
        _keep(wording, _wording(item, where, notes), item, where, notes)
    if known:
        return None
    if plain == CredentialCategory.NO_REQUIREMENTS:
        return 0
    found = 0 if token in _NO_EXPERIENCE else _least_months(plain)
    if found is not None:
        notes.repaired(Code.UNDERSTOOD_WORDING, where, _months(found), item)
    elif plain.isdecimal() or type(item) in {int, float}:
        message = sentence("A number without a unit; kept as text.")
        notes.ignored(Code.UNKNOWN_VALUE, where, message, item)
    return found


def _months(number: int) -> Sentence:
    return sentence("Read as this number of months: {number}.", number=number)


def _least_months(words: str) -> int | None:
    """The least months a text asks for that is nothing but a length of time."""
    if not words:
        return None
    shape = ""
    numbers: list[Decimal] = []
    units: list[int] = []
    for match in _DURATION.finditer(EDGES.sub("", folded(words))):
        kind, token = str(match.lastgroup), match[0]
        if kind == "word":
            kind = _word_kind(token, shape)
            token = _NUMBER_WORDS.get(token, token)
        shape += _SYMBOLS.get(kind, "")
        if kind == "number":
            numbers.append(Decimal(token.replace(",", ".")))
        elif kind == "unit":
            units.append(_MONTHS_A_UNIT[token])
    # After a unit "to" and "or" are between two lengths, or of no account.
    shape = shape.replace("rN", "RN").replace("r", "F")
    if not _LEAST.fullmatch(shape):
        return None
    least, most = numbers[0] * units[0], numbers[-1] * units[-1]
    if most < least or least % 1 or least > _LONGEST_LIFE:
        return None
    return int(least)


def _word_kind(word: str, before: str) -> str:
    if word in _MONTHS_A_UNIT and before:
        return "unit"
    if word in _RANGE and before[-1:] == "N":
        return "dash"
    if word in _RANGE and before[-1:] == "U":
        return "joint"
    if word in _NUMBER_WORDS and word not in _AT_LEAST:
        return "number"
    return "filler" if word in _AT_LEAST else "other"


def _stated_months(item: Mapping[str, Any], where: str, notes: Notes) -> int | None:
    """Months as number, text or QuantitativeValue; a unit other than months is used.

    Without `monthsOfExperience` the item may be a QuantitativeValue, with a unit.
    """
    value = texts.first(item.get("monthsOfExperience"))
    factor = 1
    if value is not None:
        where = f"{where}/monthsOfExperience"
    if isinstance(value, Mapping) or value is None:
        quantity = item if value is None else value
        unit = texts.first(quantity.get("unitCode") or quantity.get("unitText"))
        least = texts.first(quantity.get("minValue"))
        amount = texts.first(quantity.get("value")) if least is None else least
        if value is None and (unit is None or amount is None):
            return None
        if unit is not None:
            factor = _MONTHS_A_UNIT.get(lookup_form(str(unit)), 0)
        value = quantity if amount is None else amount
    if isinstance(value, str) and factor == 1 and len(value) <= LONGEST_WORDING:
        least = _least_months(texts.text(value, where, notes))
        if least is not None:
            notes.repaired(Code.UNDERSTOOD_WORDING, where, _months(least), value)
            return least
    number = _decimal(value) * factor
    if not factor or not 0 <= number <= _LONGEST_LIFE:
        message = sentence(
            "Expected months, a number from 0 to {most}.", most=_LONGEST_LIFE
        )
        notes.ignored(Code.BAD_VALUE, where, message, value)
        return None
    if number % 1:
        read = _months(int(number))
        notes.repaired(Code.UNDERSTOOD_WORDING, where, read, value)
    return int(number)


_NUMBER = re.compile(r"\s*(\d{1,9}(?:[.,]\d{1,9})?)\s*\+?\s*", re.ASCII)


def _decimal(value: Any) -> Decimal:
    """A number, or a text that is one; -1 for all else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if -1 < value < 10**9:
            return Decimal(repr(value))
    elif isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
        return Decimal(match[1].replace(",", "."))
    return Decimal(-1)
