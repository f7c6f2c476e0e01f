"""`employmentType` and `jobLocationType`.

The tables hold wordings with one meaning only, in fifteen languages; they are compared
without case, accents, punctuation and spaces. "Permanent", "CDI" or "unbefristet" say
nothing of hours and are no type; "hybrid" and a bare "home office" are not remote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

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
from postings.ingest.report import Code, Notes, sentence
from postings.schemaorg import (
    MAX_TEXT,
    EmploymentType,
    EmploymentTypes,
    JobLocationType,
    LocationType,
)

_PART = re.compile(r"([^\W_]+)(?:\s?%)?")

# --- Employment types ---------------------------------------------------------------

#: Wordings that say just the same as a type.
_SAME: Mapping[EmploymentType, str] = {
    EmploymentType.FULL_TIME: """
        full time, Vollzeit, in Vollzeit, Vollzeitstelle, Vollzeitjob, Vollzeitarbeit,
        Vollzeitbeschäftigung, Vollzeitanstellung, temps plein, à temps plein,
        temps complet, à temps complet, plein temps, à plein temps, heltid, på heltid,
        heltidsjobb, heltidstjänst, heltidsarbete, heltidsanställning,
        heltidsanställd, fuldtid, på fuldtid, fuldtidsjob, fuldtidsstilling,
        fuldtidsansættelse, fulltid, heltidsstilling, voltijd, voltijds, voltijdse,
        voltijdbaan, plný úvazek, na plný úvazek, práce na plný úvazek,
        plný pracovní úvazek, plný úväzok, na plný úväzok, práca na plný úväzok,
        pełny etat, pełen etat, cały etat, na pełny etat, praca na pełny etat,
        pełny wymiar godzin, pełny wymiar czasu pracy, w pełnym wymiarze godzin,
        tiempo completo, a tiempo completo, jornada completa, a jornada completa,
        tempo pieno, a tempo pieno, tempo integral, em tempo integral,
        período integral, tempo inteiro, a tempo inteiro, tempo completo,
        kokoaikainen, kokoaikaisesti, kokoaikatyö, kokopäiväinen, kokopäivätyö,
        teljes munkaidő, teljes munkaidős, teljes munkaidőben
    """,
    EmploymentType.PART_TIME: """
        part time, Teilzeit, in Teilzeit, Teilzeitstelle, Teilzeitjob, Teilzeitarbeit,
        Teilzeitbeschäftigung, Teilzeitanstellung, temps partiel, à temps partiel,
        deltid, på deltid, deltidsjobb, deltidstjänst, deltidsarbete,
        deltidsanställning, deltidsanställd, deltidsjob, deltidsstilling,
        deltidsansættelse, deeltijd, deeltijds, deeltijdse, deeltijdbaan,
        částečný úvazek, na částečný úvazek, práce na částečný úvazek,
        zkrácený úvazek, na zkrácený úvazek, zkrácený pracovní úvazek,
        čiastočný úväzok, na čiastočný úväzok, skrátený úväzok, na skrátený úväzok,
        práca na skrátený úväzok, niepełny etat, część etatu, na część etatu,
        niepełny wymiar godzin, niepełny wymiar czasu pracy,
        w niepełnym wymiarze godzin, tiempo parcial, a tiempo parcial,
        jornada parcial, a jornada parcial, tempo parziale, a tempo parziale,
        tempo parcial, a tempo parcial, osa-aikainen, osa-aikaisesti, osa-aikatyö,
        osapäiväinen, osapäivätyö, részmunkaidő, részmunkaidős, részmunkaidőben
    """,
    EmploymentType.CONTRACTOR: """
        contractor, contract, independent contractor, freelance, freelancer,
        freelancing, freiberuflich, Freiberufler, freie Mitarbeit, freier Mitarbeiter,
        travailleur indépendant, frilans, frilansare, frilanser, freelancing,
        szabadúszó, libero professionista
    """,
    EmploymentType.TEMPORARY: """
        temporary, temp, temporary contract, fixed term, fixed term contract,
        fixed term temporary, befristet, zeitlich befristet, befristete Anstellung,
        befristete Beschäftigung, befristete Stelle, befristeter Vertrag,
        befristeter Arbeitsvertrag, temporaire, travail temporaire, CDD,
        contrat à durée déterminée, durée déterminée, tidsbegränsad, tidsbegränsat,
        tidsbegränsad anställning, visstid, visstidsanställning, visstidsanställd,
        tillfällig anställning, midlertidig, midlertidig ansættelse,
        midlertidig ansettelse, midlertidig stilling, tidsbegrænset,
        tidsbegrænset ansættelse, tijdelijk, tijdelijk contract,
        tijdelijk dienstverband, tijdelijke aanstelling, bepaalde tijd,
        contract bepaalde tijd, contract voor bepaalde tijd, doba určitá,
        na dobu určitou, na dobu určitú, dočasná práce, dočasný pracovní poměr,
        dočasná práca, czas określony, na czas określony, umowa na czas określony,
        praca tymczasowa, umowa tymczasowa, temporal, contrato temporal,
        trabajo temporal, empleo temporal, tiempo determinado,
        contrato por tiempo determinado, temporaneo, tempo determinato,
        a tempo determinato, contratto a tempo determinato, contratto a termine,
        temporário, contrato temporário, trabalho temporário, prazo determinado,
        contrato por prazo determinado, termo certo, contrato a termo,
        contrato a termo certo, määräaikainen, määräaikainen työsuhde, tilapäinen,
        határozott idő, határozott idejű, határozott időre,
        határozott idejű munkaviszony
    """,
    EmploymentType.INTERN: """
        intern, internship, internships, Praktikum, Praktikant, Praktikantin,
        Praktikant/in, Praktikumsplatz, Praktikumsstelle, stage, stagiaire, praktik,
        praktikplats, praktikplads, praksisplass, stagiair, stageplaats, stageplek,
        stáž, stážista, staż, stażysta, praktyka, praktyki, praktykant,
        staż/praktyki, praktyki/staż, prácticas, en prácticas, becario, pasantía,
        tirocinio, stage/tirocinio, tirocinio/stage, tirocinante, stagista, estágio,
        estagiário, harjoittelu, harjoittelija, harjoittelupaikka, työharjoittelu,
        gyakornok, gyakornoki, gyakornoki állás, gyakornoki program,
        szakmai gyakorlat
    """,
    EmploymentType.VOLUNTEER: """
        volunteer, volunteering, voluntary, Ehrenamt, ehrenamtlich,
        ehrenamtliche Tätigkeit, Freiwilligenarbeit, bénévole, bénévolat, volontär,
        volontärarbete, ideellt arbete, frivillig, frivilligt arbejde,
        frivillig arbeid, frivilligt arbete, vrijwilliger, vrijwilligerswerk,
        dobrovolník, dobrovolnictví, dobrovolnická činnost, dobrovoľník,
        dobrovoľníctvo, dobrovoľnícka činnosť, wolontariat, wolontariusz, voluntario,
        voluntariado, volontario, volontariato, vapaaehtoistyö, vapaaehtoinen,
        önkéntes, önkéntes munka
    """,
    EmploymentType.PER_DIEM: "per diem",
    EmploymentType.OTHER: """
        other, others, Sonstige, Sonstiges, Andere, autre, autres, annat, övrigt,
        andet, annet, anders, overig, jiné, ostatní, iné, ostatné, inne, inny, otro,
        otra, otros, altro, outro, outros, muu, egyéb
    """,
}

#: Wordings that say a type and more: they are kept beside it.
_MORE: Mapping[EmploymentType, str] = {
    EmploymentType.PART_TIME: """
        half time, Minijob, geringfügige Beschäftigung, halbtags, Halbtagsstelle,
        mi-temps, à mi-temps, halvtid, poloviční úvazek, polovičný úväzok, pół etatu,
        media jornada, medio tiempo, meio período, félállás
    """,
    EmploymentType.CONTRACTOR: """
        self employed, selbständig, selbstständig, ZZP, ZZP'er, zelfstandige, OSVČ,
        živnost, na živnost, živnostenský list, práce na živnostenský list,
        živnosť, na živnosť, práca na živnosť, kontrakt B2B, umowa B2B, autónomo,
        por cuenta propia, autônomo, lavoro autonomo, partita IVA
    """,
    EmploymentType.TEMPORARY: """
        seasonal, summer job, seasonal work, Saisonarbeit, Saisonstelle, Ferienjob,
        intérim, intérimaire, saisonnier, emploi saisonnier, travail saisonnier,
        vikariat, vikarie, barselsvikariat, föräldravikariat, säsongsarbete,
        säsongsanställning, säsongsjobb, sommarjobb, projektanställning,
        projektanställd, Projekt-/Visstidsanställd, sæsonarbejde, sommerjob,
        sommerjobb, sesongarbeid, engasjement, seizoenswerk, seizoensarbeid,
        sezónní práce, sezónna práca, praca sezonowa, trabajo de temporada,
        stagionale, lavoro stagionale, sazonal, kausityö, kesätyö, idénymunka
    """,
    EmploymentType.INTERN: """
        traineeship, work placement, Pflichtpraktikum, Schülerpraktikum,
        stage de fin d'études, stage alterné, diplomová stáž, letní stáž
    """,
}

_FULL_OR_PART = """
    full or part time, full and part time, full/part time, part or full time,
    part and full time, part/full time, Voll- oder Teilzeit, Voll- und Teilzeit,
    Voll- und/oder Teilzeit, Teil- und/oder Vollzeit, Voll-/Teilzeit,
    Teil- oder Vollzeit, Teil- und Vollzeit, Teil-/Vollzeit,
    hel- eller deltid, hel- och deltid, hel-/deltid, hel- og deltid,
    fuld- eller deltid, fuld-/deltid, temps plein ou partiel, temps complet ou partiel,
    voltijd/deeltijd, plný nebo částečný úvazek, plný alebo skrátený úväzok,
    tiempo completo o parcial, tempo pieno o parziale
"""

#: Wordings beside a type that say nothing of it; kept.
_BESIDE = """
    permanent, regular, permanent contract, direct hire, salaried, hourly, exempt,
    casual, h, hr, hrs, hour, hours, week, weekly, per week, Std, Stunden, pro Woche,
    unbefristet, unbefristete, unbefristeter Vertrag, Festanstellung, feste Anstellung,
    CDI, contrat à durée indéterminée, durée indéterminée, tillsvidare,
    tillsvidareanställning, tillsvidareanställd, fast, fast stilling, fast anställning,
    fastansættelse, fast ansættelse, fast ansettelse, vast, vast contract,
    vast dienstverband, vaste baan, onbepaalde tijd, doba neurčitá,
    na dobu neurčitou, na dobu neurčitú, hlavní pracovní poměr, HPP, TPP,
    trvalý pracovní poměr, trvalý pracovný pomer, umowa o pracę, czas nieokreślony,
    na czas nieokreślony, indefinido, contrato indefinido, tempo indeterminato,
    a tempo indeterminato, contratto a tempo indeterminato, efetivo, contrato sem termo,
    vakituinen, határozatlan idejű
"""

#: Words beside a type that add nothing.
_FILLERS = """
    employee, employees, employment, position, positions, job, jobs, work, worker, role,
    staff, type, Stelle, Anstellung, Beschäftigung, Arbeit, emploi, poste, contrat,
    tjänst, anställning, arbete, jobb, stilling, ansættelse, ansettelse, dienstverband,
    baan, práce, práca, úvazek, pracovní poměr, pracovný pomer, praca, empleo, trabajo,
    contrato, lavoro, contratto, trabalho, emprego, työ, munka, állás, in, på, à, na,
    and, und, et, och, og, y, e, i, en, ja, és
"""

#: Words between two that exclude each other: "permanent or temporary" is neither.
_EITHER = frozenset(
    lookup_forms("or, oder, ou, eller, of, o, nebo, alebo, lub, albo, tai, vagy")
)


class _Said(NamedTuple):
    """What a wording says of the types, and its words that say more."""

    types: tuple[EmploymentType, ...] = ()
    more: tuple[str, ...] = ()


#: Types, and whether the wording is to be kept beside them.
_PHRASES: Mapping[str, tuple[tuple[EmploymentType, ...], bool]] = {
    **dict.fromkeys(lookup_forms(_FILLERS), ((), False)),
    **dict.fromkeys(lookup_forms(_BESIDE), ((), True)),
    **{word: ((kind,), True) for kind in _MORE for word in lookup_forms(_MORE[kind])},
    **{word: ((kind,), False) for kind in _SAME for word in lookup_forms(_SAME[kind])},
    **dict.fromkeys(
        lookup_forms(_FULL_OR_PART),
        ((EmploymentType.FULL_TIME, EmploymentType.PART_TIME), False),
    ),
}

#: The most words a phrase of the table has.
_LONGEST_PHRASE = 6

#: Google's own tokens in any spelling, and the answer to each in its right one.
_ENUM: Mapping[str, EmploymentType] = {
    lookup_form(kind): kind for kind in EmploymentType
}
_CLEAN: Mapping[str, EmploymentTypes] = {
    kind.value: EmploymentTypes(types=(kind,)) for kind in EmploymentType
}

_SEPARATORS = (
    re.compile(r"[()\[\]]"),
    re.compile(r"[,;|•·]"),
    re.compile(rf"[/+&]|\s[{DASHES}]\s"),
)
_CONJUNCTION = re.compile(
    r"\s(?:or|and|oder|und|ou|et|eller|och|og|of|en|o|y|e|nebo|alebo|lub|i|tai|ja"
    r"|vagy|és)\s",
    re.IGNORECASE,
)


def employment_types(value: Any, notes: Notes) -> EmploymentTypes:
    """Google's enum where certain; wording that is none of it is kept as text.

    One text may hold several ("Full-time, permanent"); what is left of it is kept.
    """
    if isinstance(value, str) and (clean := _CLEAN.get(value)):
        return clean
    where = "employmentType"
    types: dict[EmploymentType, None] = {}
    text: dict[str, None] = {}
    understood: dict[str, None] = {}
    unknown: dict[str, None] = {}
    seen: set[str] = set()
    for item in texts.values(value):
        if isinstance(item, str) and item in _CLEAN:
            types.setdefault(EmploymentType(item))
            continue
        code, words = code_and_wording(item, where, notes)
        if not words:
            notes.ignored(
                Code.BAD_VALUE, where, sentence("Not a type of employment."), item
            )
            continue
        if words in seen and not code:
            continue
        seen.add(words)
        if len(seen) > texts.MAX_LIST:
            notes.ignored(
                Code.TOO_LONG,
                where,
                texts.only_first(),
            )
            break
        said = _understood(words)
        if code and (kind := _ENUM.get(lookup_form(code))):
            more = () if words == code else said.more if said else (words,)
            said = _Said((kind,), more)
        if said:
            types |= dict.fromkeys(said.types)
            text |= dict.fromkeys(said.more)
            if words not in _CLEAN and code not in _CLEAN:
                understood[words] = None
        else:
            text[words] = unknown[words] = None
    if understood:
        read = ", ".join(types)
        words = ", ".join(understood)
        notes.repaired(
            Code.UNDERSTOOD_WORDING,
            where,
            sentence("Read as {value}.", value=read),
            words,
        )
    if unknown:
        notes.ignored(
            Code.UNKNOWN_VALUE,
            where,
            sentence("Not one of Google's values; kept as text."),
            ", ".join(unknown),
        )
    return EmploymentTypes(types=tuple(types), text=tuple(text)[: texts.MAX_LIST])


def _understood(words: str) -> _Said | None:
    """The types a wording says, or None where that is not certain of any part."""
    if len(words) > LONGEST_WORDING:
        return None
    types, kept = _PHRASES.get(lookup_form(words), ((), False))
    if types:
        return _Said(types, (words,) if kept else ())
    for separator in _SEPARATORS:
        parts = [p for part in separator.split(words) if (p := EDGES.sub("", part))]
        if len(parts) > 1:
            said = [_understood(part) for part in parts]
            if any(said):
                return _together(
                    one or _Said(more=(part,))
                    for part, one in zip(parts, said, strict=True)
                )
    if scanned := _scanned(unicodedata.normalize("NFC", words)):
        return scanned
    parts = _CONJUNCTION.split(words)
    if len(parts) > 1:
        found = [one for part in parts if (one := _understood(part))]
        if len(found) == len(parts):
            return _together(found)
    return None


def _together(said: Iterable[_Said]) -> _Said:
    types: dict[EmploymentType, None] = {}
    more: dict[str, None] = {}
    for one in said:
        types |= dict.fromkeys(one.types)
        more |= dict.fromkeys(one.more)
    return _Said(tuple(types), tuple(more))


def _scanned(words: str) -> _Said | None:
    """Reads a wording of known phrases only, without separators.

    "Regular full-time employee" is one; a single unknown word ("not", "until") makes
    all of it uncertain.
    """
    found = [(m.start(), m.end(), folded(m[1])) for m in _PART.finditer(words)]
    types: dict[EmploymentType, None] = {}
    more: list[tuple[int, int]] = []
    either = adjoins = False
    at = 0
    while at < len(found):
        size, kinds, kept = _phrase(
            [token for _, _, token in found[at : at + _LONGEST_PHRASE]]
        )
        if not size:
            return None
        either = either or found[at][2] in _EITHER
        types |= dict.fromkeys(kinds)
        if kept:
            start = more.pop()[0] if adjoins else found[at][0]
            more.append((start, found[at + size - 1][1]))
        adjoins = kept
        at += size
    if not types or (either and more):
        return None
    return _Said(tuple(types), tuple(words[start:end] for start, end in more))


def _phrase(tokens: list[str]) -> tuple[int, tuple[EmploymentType, ...], bool]:
    """How many words the longest phrase at the start has, and what it means."""
    for size in range(min(len(tokens), _LONGEST_PHRASE), 0, -1):
        phrase = "".join(tokens[:size])
        if phrase == "contract" or phrase.isdecimal():
            # A full-time contract may be one of employment.
            return size, (), True
        if phrase in _PHRASES:
            return size, *_PHRASES[phrase]
    return int(tokens[0] in _EITHER), (), False


# --- Remote work --------------------------------------------------------------------

#: Besides the word "remote" itself: what the workplace types of large job sites say
#: in each language, where "hybrid" and "on site" are the two others.
_REMOTE = frozenset(
    lookup_forms("""
    telecommute, telecommuting, remote, remotely, fully remote, full remote, remote full,
    100% remote, 100 percent remote, remote 100%, remote only, completely remote,
    entirely remote, remote work, remote job, remote position, work from home, WFH,
    working from home, work at home, 100% work from home, fully work from home,
    vollständig remote, komplett remote, voll remote, nur remote, 100% Homeoffice,
    100% im Homeoffice, vollständig im Homeoffice, komplett im Homeoffice,
    à distance, entièrement à distance, 100% à distance, totalement à distance,
    télétravail complet, télétravail total, télétravail à 100%, 100% télétravail,
    télétravail intégral, full télétravail, distans, på distans, helt på distans,
    100% distans, 100% på distans, fjernarbejde, 100% fjernarbejde, fuldt remote,
    fjernarbeid, 100% hjemmekontor, op afstand, volledig op afstand, volledig remote,
    100% thuiswerk, volledig thuiswerken, na dálku, práce na dálku, plně na dálku,
    100% home office, plně remote, práca na diaľku, na diaľku, úplne na diaľku,
    praca zdalna, zdalnie, w pełni zdalna, 100% zdalnie, praca w pełni zdalna, remoto,
    en remoto, 100% remoto, trabajo remoto, totalmente remoto, 100% teletrabajo,
    da remoto, completamente da remoto, lavoro da remoto, full remote, trabalho remoto,
    100% etätyö, täysin etänä, 100% távmunka, teljes távmunka
    """)
)

_TELECOMMUTE = LocationType(type=JobLocationType.TELECOMMUTE)


def location_type(value: Any, notes: Notes, *, virtual: bool) -> LocationType:
    """TELECOMMUTE where it is said; a VirtualLocation among the places says it too.

    Of several values TELECOMMUTE itself is enough; another wording of it only where
    no value says otherwise ("Remote" beside "Hybrid" is one to choose from).
    """
    if value == "TELECOMMUTE":
        return _TELECOMMUTE
    where = "jobLocationType"
    stated = False
    remote: dict[str, None] = {}
    others: dict[str, None] = {}
    for item in texts.values(value):
        code, words = code_and_wording(item, where, notes)
        if not words:
            notes.ignored(
                Code.BAD_VALUE, where, sentence("Not a type of location."), item
            )
        elif words == JobLocationType.TELECOMMUTE:
            stated = True
        elif lookup_form(code) == "telecommute" or lookup_form(words) in _REMOTE:
            stated = stated or "telecommute" in {lookup_form(code), lookup_form(words)}
            remote[words] = None
        else:
            others[words] = None
    found = stated or (bool(remote) and not others)
    left = others if found else remote | others
    if found and remote:
        words = ", ".join(remote)
        notes.repaired(
            Code.UNDERSTOOD_WORDING, where, sentence("Read as TELECOMMUTE."), words
        )
    elif virtual and not found:
        notes.repaired(
            Code.UNDERSTOOD_WORDING,
            "jobLocation",
            sentence("A place that is everywhere was read as TELECOMMUTE."),
        )
    text = ", ".join(left)
    if text:
        notes.ignored(
            Code.NOT_REMOTE,
            where,
            sentence("Only TELECOMMUTE says remote; kept as text."),
            text,
        )
    if len(text) > MAX_TEXT:
        notes.ignored(Code.TOO_LONG, where, texts.too_long(), text)
        text = text[: MAX_TEXT - 1] + "…"
    if found or virtual:
        return LocationType(type=JobLocationType.TELECOMMUTE, text=text)
    return LocationType(text=text)
