"""What language a posting is said, or told, to be in."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postings.ingest.normalise.language import language, language_tag, stated

GERMAN = (
    "Für unsere Backstube in der Altstadt suchen wir ab sofort eine Bäckerin oder einen "
    "Bäcker. Du formst Brote von Hand, führst den Sauerteig und lernst unsere "
    "Auszubildenden an. Wir bieten geregelte Arbeitszeiten, dreißig Tage Urlaub und ein "
    "Team, in dem man sich aufeinander verlassen kann."
)
ENGLISH = (
    "We are looking for a baker to join our small team in the old town. You will shape "
    "loaves by hand, look after the sourdough and teach our apprentices what you know. "
    "We offer regular hours, thirty days of holiday and colleagues you can rely on."
)
CZECH = (
    "Do naší pekárny ve starém městě hledáme pekařku nebo pekaře. Budete ručně tvarovat "
    "chleby, starat se o kvásek a zaučovat naše učně. Nabízíme pravidelnou pracovní dobu, "
    "třicet dní dovolené a kolektiv, na který se můžete spolehnout."
)
SWEDISH = (
    "Till vårt bageri i gamla stan söker vi en bagare som vill arbeta med surdeg och "
    "baka bröd för hand. Du kommer också att lära upp våra lärlingar. Vi erbjuder "
    "regelbundna arbetstider, trettio dagars semester och kollegor att lita på."
)

ADVERTS = {
    "ar": "نبحث عن خباز للعمل في مخبزنا الواقع في المدينة القديمة بدوام كامل وراتب جيد",
    "bg": "Търсим пекар за нашата пекарна в стария град, който обича работата с тесто.",
    "cs": CZECH,
    "da": "Vi søger en bager til vores bageri i den gamle bydel, hvor du former brød i "
    "hånden og lærer vores elever op. Vi tilbyder faste arbejdstider og gode kolleger.",
    "de": GERMAN,
    "el": "Ζητείται αρτοποιός για τον φούρνο μας στην παλιά πόλη με πλήρη απασχόληση.",
    "en": ENGLISH,
    "es": "Buscamos una persona para nuestra panadería del casco antiguo que amase el pan "
    "a mano y enseñe el oficio a los aprendices.",
    "fi": "Etsimme leipuria vanhankaupungin leipomoomme. Muotoilet leivät käsin ja opetat "
    "oppisopimusopiskelijoita.",
    "fr": "Nous recherchons un boulanger pour notre fournil de la vieille ville. Vous "
    "façonnez le pain à la main et formez nos apprentis.",
    "he": "אנחנו מחפשים אופה למאפייה שלנו בעיר העתיקה, במשרה מלאה ובתנאים טובים",
    "hu": "Pékséget üzemeltetünk az óvárosban, és pék munkatársat keresünk, aki kézzel "
    "formázza a kenyereket.",
    "it": "Cerchiamo un fornaio per il nostro panificio nel centro storico che lavori "
    "l'impasto a mano e insegni il mestiere agli apprendisti.",
    "ja": "旧市街にある当店では、パン職人を募集しています。手作業でパンを成形し、見習いの指導もお願いします。",
    "ko": "구시가지에 있는 저희 빵집에서 함께 일할 제빵사를 찾고 있습니다. 경력자를 우대합니다.",
    "nl": "Voor onze bakkerij in de oude stad zoeken wij een bakker die het brood met de "
    "hand opmaakt en onze leerlingen begeleidt.",
    "no": "Vi søker en baker til bakeriet vårt i gamlebyen. Du former brødene for hånd og "
    "lærer opp lærlingene våre. Vi tilbyr faste arbeidstider og hyggelige kolleger.",
    "pl": "Do naszej piekarni na starym mieście szukamy piekarza, który będzie ręcznie "
    "formował chleb i uczył zawodu naszych praktykantów.",
    "pt": "Procuramos um padeiro para a nossa padaria no centro histórico, que trabalhe a "
    "massa à mão e ensine os nossos aprendizes.",
    "ro": "Căutăm un brutar pentru brutăria noastră din orașul vechi, care să modeleze "
    "pâinea cu mâna și să îi învețe pe ucenici.",
    "ru": "В нашу пекарню в старом городе требуется пекарь, который будет формовать хлеб "
    "вручную и обучать учеников.",
    "sk": "Do našej pekárne v starom meste hľadáme pekára alebo pekárku. Budete ručne "
    "tvarovať chlieb a zaúčať našich učňov. Ponúkame tridsať dní dovolenky.",
    "sv": SWEDISH,
    "tr": "Eski şehirdeki fırınımızda ekmekleri elle şekillendirecek ve çıraklarımızı "
    "yetiştirecek bir fırıncı arıyoruz.",
    "uk": "До нашої пекарні у старому місті потрібен пекар, який формуватиме хліб руками "
    "та навчатиме учнів.",
    "zh": "我们位于老城区的面包店正在招聘面包师，负责手工整形面包并指导学徒。待遇优厚，工作时间固定。",
}  # fmt: skip

HOSTILE: list[Any] = [
    None, True, 0, 10**400, -1.5, float("nan"), "", " ", "\x00", "\ud800", "x" * 99,
    "en" * 10**6, "-" * 64, "a-" * 32, [], {}, [[]], [None, [{}]], {"@value": None},
    {"@value": {"@value": "de"}}, {"@list": {"@list": 1}}, {"name": ["\ud800"]},
    {"@type": "Language"}, {"alternateName": {"value": []}}, [["x"] * 100] * 100,
    {"@language": 3, "@value": 4}, ["\x00"] * 10_000,
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        # tags and locales, in their usual case
        ("en", "en"), ("EN", "en"), (" de ", "de"), ("en_US", "en-US"),
        ("en-us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("zh_TW.UTF-8", "zh-TW"),
        ("sr@latin", "sr"), ("es-419", "es-419"), ("de-DE-1996", "de-DE-1996"),
        # old and three-letter codes
        ("eng", "en"), ("ger", "de"), ("ces", "cs"), ("iw", "he"), ("fil", "fil"),
        # a country that is written otherwise, or is none
        ("en-UK", "en-GB"), ("en-EN", "en"), ("de-u-co-phonebk", "de"),
        # names, in English and in the language itself
        ("English", "en"), ("german", "de"), ("Deutsch", "de"), ("français", "fr"),
        ("Svenska", "sv"), ("čeština", "cs"), ("日本語", "ja"), ("русский", "ru"),
        ("English (UK)", "en"), ("American English", "en-US"),
        ("Norwegian Bokmål", "nb"), ("norsk", "no"),
        # no language, or not certainly one
        ("und", ""), ("mul", ""), ("zxx", ""), ("x-default", ""), ("", ""), ("*", ""),
        ("cz", ""), ("jp", ""), ("i-klingon", ""), ("as-needed", ""), ("en, de", ""),
        ("en--US", ""), ("fluent", ""), ("C", ""), ("12", ""), ("en\x00", ""),
        ("en-" + "x" * 33, ""), ("German or English", ""),
    ],
)  # fmt: skip
def test_a_tag_a_locale_or_a_name_becomes_a_tag(words: str, tag: str) -> None:
    assert language_tag(words) == tag


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"inLanguage": "sv-SE"}, "sv-SE"),
        ({"inLanguage": ["", "de", "en"]}, "de"),
        ({"inLanguage": ["klingonese", ["fr"]]}, "fr"),
        ({"inLanguage": {"@value": "German"}}, "de"),
        ({"inLanguage": {"@set": ["cs", "en"]}}, "cs"),
        ({"inLanguage": {"@type": "Language", "name": "German"}}, "de"),
        ({"inLanguage": {"@type": "Language", "name": "x", "alternateName": "de"}}, "de"),
        ({"inLanguage": {"name": "German", "alternateName": ["de-AT"]}}, "de-AT"),
        ({"inLanguage": {"identifier": {"@type": "PropertyValue", "value": "nl"}}}, "nl"),
        ({"title": {"@value": "Bagare", "@language": "sv"}}, "sv"),
        ({"description": [{"@value": "Bak bröd.", "@language": "sv"}]}, "sv"),
        (
            {
                "title": {"@value": "Baker", "@language": "en"},
                "description": {"@value": "Bak bröd.", "@language": "sv"},
            },
            "sv",
        ),
        ({"inLanguage": "?", "title": {"@value": "Bagare", "@language": "sv"}}, "sv"),
        ({"inLanguage": "de", "title": {"@value": "Bagare", "@language": "sv"}}, "de"),
        ({"title": {"@value": "", "@language": "sv"}}, ""),
        ({"title": {"@language": "sv"}}, ""),
        ({"title": "sv", "description": "Bread."}, ""),
        ({"inLanguage": {"@id": "https://www.example.org/languages/de"}}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_what_a_node_states(node: dict[str, Any], code: str) -> None:
    found = stated(node)
    assert (found.code, found.source) == (code, "stated" if code else None)


def told(text: str) -> str:
    """The language of a posting of which nothing is known but its text."""
    return language({}, document="", sample=text).code


@pytest.mark.parametrize("code", ADVERTS)
def test_an_advert_is_told_by_its_text(code: str) -> None:
    assert told(ADVERTS[code]) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Baker",
        "Bäcker gesucht in Wien",
        "1234567890 " * 100,
        "€50.000 - 70.000 / 40 h / 100 % " * 20,
        "!?…\n" * 200,
        "https://www.example.com/?a=1&b=2 " * 3,
        "SQL AWS CI/CD PHP7 HTML5 CSS3 K8S GCP IOS",
        (
            "Lorem ipsum dolor sit amet, consectetur adipisicing elit. Aut cum distinctio "
            "ducimus magni maiores minus obcaecati optio qui quis vero voluptatem."
        ),
        "xxxx " * 100,
        "\x00" * 500,
        "\ud800" * 500,
    ],
)
def test_a_text_that_is_short_or_no_language_is_not_told(text: str) -> None:
    assert told(text) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(
            "Location options: Remote. Job type: Full-time. Experience level: Junior, "
            "Mid-Level. Company size: 11-50 people. " + GERMAN + GERMAN,
            "de",
            id="a job board's English above German",
        ),
        pytest.param(
            "Om tjänsten "
            + ENGLISH
            + ENGLISH
            + " Publicerad den 14 april. Ort Uppsala.",
            "en",
            id="a job board's Swedish around English",
        ),
        pytest.param(
            SWEDISH + SWEDISH + " We are an equal opportunity employer.",
            "sv",
            id="an English sentence at the end",
        ),
        pytest.param(GERMAN.upper(), "de", id="all capitals"),
    ],
)
def test_mixed_texts_are_judged_by_the_main_one(text: str, code: str) -> None:
    assert told(text) == code


@pytest.mark.parametrize(
    ("page", "sample", "code", "source"),
    [
        # the page's own language stays where the text agrees or says too little
        ("de-AT", GERMAN, "de-AT", "document"),
        ("en", "", "en", "document"),
        ("en", "Bäcker gesucht in Wien", "en", "document"),
        ("en", GERMAN[:120], "en", "document"),
        ("en", "1234567890 " * 100, "en", "document"),
        # the language of a template gives way to that of a long text
        ("en", GERMAN, "de", "detected"),
        ("en-US", CZECH, "cs", "detected"),
        ("cs", ENGLISH * 2, "en", "detected"),
        ("se", SWEDISH * 2, "sv", "detected"),
        # languages that are close, or that the detector does not know, stay
        ("nb", ADVERTS["no"] * 2, "nb", "document"),
        ("br", ADVERTS["fr"] * 3, "br", "document"),
        # no page's language, or none that is one
        ("", GERMAN, "de", "detected"),
        ("x-default", GERMAN[:120], "de", "detected"),
        ("cz", CZECH, "cs", "detected"),
        ("", "Bäcker gesucht in Wien", "", None),
        ("und", "", "", None),
        ("\ud800", "\x00", "", None),
    ],
)
def test_the_page_and_the_text_are_weighed(
    page: str, sample: str, code: str, source: str | None
) -> None:
    found = language({}, document=page, sample=sample)
    assert (found.code, found.source) == (code, source)


def test_what_is_stated_wins_over_page_and_text() -> None:
    found = language({"inLanguage": "fr"}, document="en", sample=GERMAN)
    assert (found.code, found.source) == ("fr", "stated")


def test_the_same_text_has_the_same_answer_twenty_times_and_in_threads() -> None:
    texts = [text[:length] for text in ADVERTS.values() for length in (30, 60, 400)]
    once = [told(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        rounds = [pool.map(told, texts) for _ in range(20)]
        assert all(list(answers) == once for answers in rounds)


def test_the_detector_is_loaded_only_where_a_text_is_to_be_told() -> None:
    program = (
        "import sys\n"
        "from postings.ingest.normalise.language import language\n"
        "language({'inLanguage': 'German'}, document='en', sample='Brot ' * 200)\n"
        "language({}, document='en', sample='Bread.')\n"
        "sys.exit('py3langid' in sys.modules or 'numpy' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("key", ["inLanguage", "title", "description"])
def test_hostile_values_state_nothing(key: str, value: Any) -> None:
    assert stated({key: value}).code == ""


def test_hostile_nesting_states_nothing() -> None:
    value: Any = "de"
    for _ in range(10_000):
        value = [{"@list": value}]
    assert stated({"inLanguage": value, "title": value}).code == ""


@given(st.text(max_size=70))
def test_any_wording_is_a_tag_of_bounded_length_or_none(words: str) -> None:
    tag = language_tag(words)
    assert len(tag) <= 35
    assert language_tag(tag) == tag


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=1000))
def test_any_text_is_told_or_not_without_raising(text: str) -> None:
    assert isinstance(told(text), str)
