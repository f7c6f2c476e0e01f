"""Languages of pages, and what there is to translate."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.test import Client, override_settings
from django.utils import translation

from jobsite.settings import offered
from postings.ingest.report import PLACE
from tests import factories as make

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "locale" / "django.pot"
FOUR = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
CATALOGUES = sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po"))

Messages = set[tuple[str | None, str | tuple[str, ...]]]


def messages(path: Path) -> Messages:
    with path.open("rb") as file:
        return ids(read_po(file))


def ids(catalogue: Catalog) -> Messages:
    return set(strings(catalogue))


def strings(
    catalogue: Catalog,
) -> dict[tuple[str | None, str | tuple[str, ...]], tuple[object, ...]]:
    """What each message is in the catalogue's language, in all its plural forms."""
    return {
        (_text(message.context), _hashable(message.id)): _parts(message.string)
        for message in catalogue
        if message.id
    }


def _text(context: str | bytes | None) -> str | None:
    """Babel leaves the contexts of a compiled catalogue as bytes."""
    return context.decode() if isinstance(context, bytes) else context


def _hashable(given: str | list[str] | tuple[str, ...]) -> str | tuple[str, ...]:
    return given if isinstance(given, str) else tuple(given)


def babel(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "--quiet", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )


# --- What there is to translate -------------------------------------------------------


def test_the_template_of_catalogues_is_what_make_messages_finds(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    keywords = re.search(r'^KEYWORDS := --keywords "(.*)"$', makefile, re.MULTILINE)
    assert keywords
    found = tmp_path / "found.pot"
    babel(
        *("extract", "--mapping", "babel.cfg", "--keywords", keywords[1]),
        *("--output-file", str(found), "."),
    )
    assert messages(TEMPLATE) == messages(found), "run make messages"


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_marked_sentence_of_the_templates_is_found() -> None:
    """Looked for without Django's lexer and Babel's, in the text itself."""
    known = {
        words(part)
        for _context, found in messages(TEMPLATE)
        for part in ([found] if isinstance(found, str) else found)
    }
    count = 0
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        marked = [
            said for _quote, said in re.findall(r"{% translate ([\"'])(.*?)\1", text)
        ]
        for block in re.findall(
            r"{% blocktranslate\b.*?%}(.*?){% endblocktranslate %}", text, re.DOTALL
        ):
            marked += re.split(r"{% plural %}", block)
        for said in marked:
            count += 1
            variables = re.sub(r"{{ (\w+) }}", r"%(\1)s", said)
            assert words(variables) in known, f"{path.name}: {said}"
    assert count > 100


def test_a_template_gives_its_sentences_plurals_contexts_and_comments(
    tmp_path: Path,
) -> None:
    (tmp_path / "page.html").write_text(
        """{% load i18n %}
        <p title="{% translate 'A "title"' %}">{{ _("shown")|upper }}
          {% comment %}Translators: of a page{% endcomment %}
          {% translate "Next" context "page" %}
        {% blocktranslate count n=jobs trimmed %}
          {{ n }} job
          in all
        {% plural %}
          {{ n }} jobs
        {% endblocktranslate %}</p>
           {# nothing: {% translate "hidden" %} #}
        """
    )
    (tmp_path / "babel.cfg").write_text(
        "[extractors]\ndjango = jobsite.extraction:templates\n[django: **.html]\n"
    )
    found = tmp_path / "found.pot"
    babel(
        *("extract", "--mapping", str(tmp_path / "babel.cfg")),
        *("--add-comments", "Translators", "--output-file", str(found), str(tmp_path)),
    )
    assert messages(found) == {
        (None, 'A "title"'),
        (None, "shown"),
        ("page", "Next"),
        (None, ("%(n)s job in all", "%(n)s jobs")),
    }
    assert "#. Translators: of a page" in found.read_text()


def calls_of_sentence() -> Iterator[tuple[str, ast.Call]]:
    for path in (ROOT / "postings").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "sentence":
                yield f"{path.name}:{node.lineno}", node


def test_every_sentence_of_the_importer_is_a_literal_with_the_values_it_names() -> None:
    """Babel finds no other, and a value that has no place is never shown."""
    count = 0
    known = ids_of_template()
    for where, call in calls_of_sentence():
        count += 1
        (first,) = call.args
        assert isinstance(first, ast.Constant), where
        assert first.value in known, f"{where}: run make messages"
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:
            assert given == set(PLACE.findall(str(first.value))), where
    assert count > 200


def ids_of_template() -> set[str]:
    return {found for _context, found in messages(TEMPLATE) if isinstance(found, str)}


# --- Catalogues -----------------------------------------------------------------------


def unfinished(path: Path) -> list[str]:
    """What keeps a catalogue from being offered, a line a message."""
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    return [
        *(
            f"{message.id!r}: not translated"
            for message in catalogue
            if message.id and (message.fuzzy or not all(_parts(message.string)))
        ),
        *(
            f"{message.id!r}: {error}"
            for message, errors in catalogue.check()
            for error in errors
        ),
        *(
            f"{message.id!r}: {sorted(places)} in braces"
            for message in catalogue
            if message.id
            for string in _parts(message.string)
            if (places := _places(string) ^ _places(_parts(message.id)[-1]))
        ),
        *(
            f"{found!r}: missing"
            for _context, found in messages(TEMPLATE) - ids(catalogue)
        ),
    ]


def _places(text: object) -> set[str]:
    """The names in braces, which Babel does not compare."""
    return set(PLACE.findall(str(text)))


def _parts(string: object) -> tuple[object, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string,)


def test_every_catalogue_is_whole_and_compiled_as_it_is() -> None:
    for path in CATALOGUES:
        assert unfinished(path) == [], path
        with path.open("rb") as source, path.with_suffix(".mo").open("rb") as compiled:
            wanted, found = read_po(source), read_mo(compiled)
        assert strings(found) == strings(wanted)
    compiled_for = {path.parent.parent.name for path in ROOT.glob("locale/*/*/*.mo")}
    assert compiled_for == {path.parent.parent.name for path in CATALOGUES}


def test_a_catalogue_that_is_not_whole_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Search"\nmsgstr ""\n\n'
        '#, python-format\nmsgid "Closed %(day)s"\nmsgstr "Zu %(tag)s"\n\n'
        'msgid "Jobs"\nmsgstr "Stellen"\n\n'
        'msgid "Read as {value}."\nmsgstr "Gelesen als {wert}."\n'
    )
    found = unfinished(path)
    assert "'Search': not translated" in found
    assert any(line.startswith("'Closed %(day)s': unknown named") for line in found)
    assert not any(line.startswith("'Jobs': ") for line in found)
    assert "'Read as {value}.': ['value', 'wert'] in braces" in found
    assert "'Organizations': missing" in found


@pytest.mark.parametrize(
    ("default", "there", "wanted"),
    [
        ("en", "", "en"),
        ("de", "", "en de"),
        ("en", "de", "en de"),
        ("en", "de fr es it", "en de fr es"),
        ("de-at", "de", "en de-at"),
        ("en-gb", "fr", "en-gb fr"),
    ],
)
def test_a_language_is_offered_once_there_is_a_catalogue(
    tmp_path: Path, default: str, there: str, wanted: str
) -> None:
    for code in there.split():
        folder = tmp_path / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "django.mo").open("wb") as file:
            write_mo(file, Catalog(locale=code))
    assert [code for code, _name in offered(default, tmp_path)] == wanted.split()


# --- Pages ----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_others_language() -> Iterator[None]:
    """A request leaves its language behind, for the next request to change."""
    with translation.override("en"):
        yield


@pytest.fixture
def four() -> Iterator[None]:
    with override_settings(LANGUAGES=FOUR):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("fr-CA", "fr"),
        ("it,es;q=0.5,en;q=0.4", "es"),
        ("en-US,en;q=0.9", "en"),
        ("ja", "en"),
        ("", "en"),
        ("*", "en"),
        ("de;q=0,fr;q=0.1", "fr"),
        ("x" * 5000, "en"),
    ],
)
def test_a_page_is_in_the_language_the_browser_asks_for(
    client: Client, asked: str, given: str
) -> None:
    posting = make.make_posting(title="Smith")
    for address, status in (
        ("/", 200),
        (posting.get_absolute_url(), 200),
        ("/organizations/", 200),
        ("/jobs/999/x/", 404),
    ):
        response = client.get(address, headers={"accept-language": asked})
        assert response.status_code == status
        assert f'<html lang="{given}"' in response.content.decode()
        assert response.headers["Content-Language"] == given
        assert "Accept-Language" in response.headers["Vary"]
        assert "Cookie" not in response.headers["Vary"]


@pytest.mark.django_db
def test_where_there_is_no_catalogue_nobody_gets_half_a_language(
    client: Client,
) -> None:
    offered_now = {"en", *(path.parent.parent.name for path in CATALOGUES)}
    for code in ("de", "fr", "es"):
        page = client.get("/", headers={"accept-language": code}).content.decode()
        given = code if code in offered_now else "en"
        assert f'<html lang="{given}"' in page
