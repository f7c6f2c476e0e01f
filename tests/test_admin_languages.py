"""What the import has to say, in the language of who reads it in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import translation

from postings.admin.problems import OUTCOMES, SEVERITIES, counted, explained, shown
from postings.ingest import persist
from postings.ingest.report import Code, Outcome, Sentence, Severity, sentence
from postings.models import ImportRecord, ImportRun, JobPosting, Logo, State
from tests import factories as make
from tests.editing import edit
from tests.ingest.support import NOW, node, run_import

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, row: Any, language: str = "de") -> str:
    """The page of a row in a language."""
    address = reverse(f"admin:postings_{name}_change", args=(row.pk,))
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.text


# --- Labels ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_every_outcome_and_severity_has_a_label_in_every_language(
    language: str,
) -> None:
    with translation.override(language):
        for outcome in Outcome:
            assert str(OUTCOMES[outcome]) not in {"", outcome.value}
            assert counted(outcome, 2) not in {"", f"2 {outcome.value}"}
        for severity in Severity:
            assert str(SEVERITIES[severity]) not in {"", severity.value}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "gelöscht, verborgen, Entwurf, zurückgezogen, abgelaufen, offen"),
        ("fr", "supprimée, masquée, brouillon, retirée, clôturée, ouverte"),
        ("es", "borrada, oculta, borrador, retirada, cerrada, abierta"),
        ("en", "deleted, hidden, draft, withdrawn, closed, open"),
    ],
)
def test_states_of_postings_read_in_every_language_in_the_list_and_its_filter(
    admin_client: Client, language: str, said: str
) -> None:
    make.make_posting(title="1", deleted_at=make.NOW)
    make.make_posting(title="2", hidden=True)
    make.make_posting(title="3", published_at=None)
    make.make_posting(title="4", withdrawn_at=make.NOW)
    make.make_posting(title="5", valid_through=make.NOW)
    make.make_posting(title="6", valid_through=make.FAR)
    response = admin_client.get(
        reverse("admin:postings_jobposting_changelist"),
        {"o": "1"},
        headers={"accept-language": language},
    )
    parsed = BeautifulSoup(response.text, "html.parser")
    column = parsed.select("#result_list td.field-state")
    assert [cell.get_text() for cell in column] == said.split(", ")
    choices = {
        parse_qs(urlsplit(str(link["href"])).query)["state"][0]: link.get_text()
        for link in parsed.select('#changelist-filter a[href*="state="]')
    }
    assert [choices[state.value] for state in State] == said.split(", ")


def test_every_code_is_explained() -> None:
    for code in Code:
        found = explained(code.value)
        assert found is not None, code
        assert found.means
        assert found.remedy
    assert explained("something-else") is None


def test_an_outcome_reads_in_german_on_lists_filters_and_pages(
    admin_client: Client,
) -> None:
    run_import(node(), {"@type": "JobPosting"})
    created, rejected = ImportRecord.objects.order_by("outcome")
    assert "angelegt" in page(admin_client, "importrecord", created)
    assert "abgewiesen" in page(admin_client, "importrecord", rejected)
    run = ImportRun.objects.get()
    assert "1 angelegt" in page(admin_client, "importrun", run)
    response = admin_client.get(
        reverse("admin:postings_importrecord_changelist"),
        {"outcome": "all"},
        headers={"accept-language": "de"},
    )
    for said in ("angelegt", "wieder geöffnet", "von der Redaktion gelöscht"):
        assert said in response.text
    assert ">created<" not in response.text


def test_what_a_crawl_passed_over_stands_last_among_the_problems_of_its_run(
    admin_client: Client,
) -> None:
    run_import({"@type": "JobPosting"}, now=NOW)
    run = ImportRun.objects.get()
    first = run.problems[0]["first"] | {"code": "gone", "severity": "passed over"}
    passed = {"severity": "passed over", "code": "gone", "count": 9, "first": first}
    run.problems = [passed, *run.problems]
    run.save()
    text = page(admin_client, "importrun", run)
    assert text.index("abgewiesen</th>") < text.index("ausgelassen</th>")


def test_seconds_have_the_readers_decimal_comma(admin_client: Client) -> None:
    run_import(node())
    assert ",0\N{NO-BREAK SPACE}s" in page(admin_client, "importrun", _run(0))
    assert "1.5 s" in page(admin_client, "importrun", _run(1.5), "en")


def _run(seconds: float) -> ImportRun:
    run = ImportRun.objects.get()
    run.finished_at = run.started_at + timedelta(seconds=seconds)
    run.save()
    return run


# --- Sentences ------------------------------------------------------------------------

#: One posting with something wrong nearly everywhere.
FAULTY = node(
    Title="Baker",
    datePosted="5/27/2026",
    validThrough="05/06/2026",
    employmentType=["Vollzeit", "as it comes"],
    jobLocationType="Hybrid",
    jobLocation=[
        {"@type": "Place", "address": "Austria and Germany"},
        {"@type": "Place", "address": {"@type": "PostalAddress", "x": 1}},
        7,
    ],
    baseSalary={"@type": "MonetaryAmount", "currency": "gold", "value": "a lot"},
    description="<p>Bread</p><script>1</script><script>2</script>",
    url="nowhere",
    directApply="perhaps",
    totalJobOpenings="-1",
    experienceRequirements="mindestens 3 Jahre",
    educationRequirements={"credentialCategory": "wizard"},
    applicantLocationRequirements="Nowhere land",
    benefits="Bread",
    skills="x" * 6000,
    sameAs=["not an address"],
    identifier={"value": {}},
)

#: What is rejected, or repaired before it can be read.
TEXTS = [
    '{"@type": "JobPosting",\n "title": "Cook"\n "identifier": "c-1"}',
    '{"@context": "https://schema.org", "@type": "JobPosting", "title": "A", }',
    '{"@type": "JobPosting", "description": "none"}',
    '[1, {"@type": "JobPosting", "title": "B", "title": "C"}]',
    "[" * 200 + "]" * 200,
    "nothing",
    "<p>No jobs.</p>",
    '{"@context": "https://acme.example/", "@type": "JobPosting", "title": "D\tE"}',
    '{"numberOfItems": 3, "itemListElement": [{"@type": "JobPosting", "title": "F"}]}',
    '{"@type": "JobPosting", "title": "G", "hiringOrganization": {"@id": "#gone"}};',
    '{"@type": "JobPosting", "title": "Baker", "identifier": "c-2", "x": 1}',
    '{"@type": "JobPosting", "title": "Baker", "identifier": "c-2", "x": 2}',
]


def english(kept: list[dict[str, Any]]) -> set[str]:
    """The English of problems, which is no more than their values where there is none."""
    return {item["message"] for item in kept}


def said_on(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text().split())


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_pages_of_runs_and_records_hold_no_english_sentence_of_the_importer(
    admin_client: Client, language: str
) -> None:
    run_import(FAULTY, *TEXTS)
    run = ImportRun.objects.get()
    assert len({item["code"] for item in run.problems}) > 25
    text = page(admin_client, "importrun", run, language)
    assert 'lang="en"' not in text
    for message in english([item["first"] for item in run.problems]):
        assert message not in said_on(text)
    for record in ImportRecord.objects.all():
        text = page(admin_client, "importrecord", record, language)
        assert 'lang="en"' not in text
        for message in english(record.problems):
            assert message not in said_on(text)
    listed = admin_client.get(
        reverse("admin:postings_importrecord_changelist"),
        {"outcome": "all"},
        headers={"accept-language": language},
    )
    assert 'lang="en"' not in listed.text
    for record in ImportRecord.objects.all():
        for message in english(record.problems):
            assert message not in said_on(listed.text)


def test_a_fault_in_json_reads_in_german_with_its_line(admin_client: Client) -> None:
    run_import(TEXTS[0])
    text = page(admin_client, "importrecord", ImportRecord.objects.get())
    said = "Das JSON ist in Zeile 3, Spalte 2 fehlerhaft: Hier fehlt ein Komma."
    assert said in said_on(text)


def test_english_is_as_the_commands_say_it(admin_client: Client) -> None:
    run_import(FAULTY, *TEXTS)
    records = ImportRecord.objects.all()
    assert len(records) > len(TEXTS)
    for record in records:
        text = said_on(page(admin_client, "importrecord", record, "en"))
        for message in english(record.problems):
            assert " ".join(message.split()) in text


def test_rows_of_before_show_their_english_and_say_that_it_is(
    admin_client: Client,
) -> None:
    run_import({"@type": "JobPosting"})
    record, run = ImportRecord.objects.get(), ImportRun.objects.get()
    old = "The bread is burnt at 9 o'clock."
    record.problems = [
        {
            "code": "bad-json",
            "severity": "rejected",
            "locator": "f",
            "value": "",
            "message": said,
        }
        for said in (old, "A posting needs a title; this one has none.")
    ]
    record.save()
    run.remarks = [old]
    run.save()
    marked = '<span lang="en">The bread is burnt at 9 o&#x27;clock.</span>'
    text = page(admin_client, "importrecord", record)
    assert marked in text
    assert "Eine Anzeige braucht einen Titel; diese hat keinen." in text
    assert marked in page(admin_client, "importrun", run)
    assert 'lang="en"' not in said_on(page(admin_client, "importrecord", record, "en"))


KEPT = {"message": "Read as x.", "msgid": "Read as {value}.", "values": {"value": "x"}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Gelesen als x."),
        ({"values": {"value": 12345}}, "Gelesen als 12.345."),
        ({"values": {"value": "{0.__class__}"}}, "Gelesen als {0.__class__}."),
        ({"values": {"value": "{value}"}}, "Gelesen als {value}."),
        ({"values": {"value": "<b>"}}, "Gelesen als &lt;b&gt;."),
        ({"values": {}}, '<span lang="en">Read as {value}.</span>'),
        ({"values": {"other": "x"}}, '<span lang="en">Read as {value}.</span>'),
        ({"values": {"value": None}}, '<span lang="en">Read as x.</span>'),
        ({"values": None}, '<span lang="en">Read as x.</span>'),
        ({"msgid": 7}, '<span lang="en">Read as x.</span>'),
        ({"msgid": "Baked {value}."}, '<span lang="en">Baked x.</span>'),
        ({"msgid": "{value.__class__}"}, '<span lang="en">{value.__class__}</span>'),
        ({"msgid": ""}, ""),
    ],
)
def test_what_is_kept_of_a_sentence_is_shown_whatever_it_is(
    changed: dict[str, Any], said: str
) -> None:
    with translation.override("de"):
        assert shown(KEPT | changed) == said


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    cause = sentence("the {packing} data is damaged.", packing="gzip")
    found = sentence("Reading stopped here: {cause}", cause=cause)
    assert str(found) == "Reading stopped here: the gzip data is damaged."
    kept = found.as_json()
    assert Sentence.of_json(kept) == found
    with translation.override("de"):
        said = "Das Lesen endete hier: Die gzip-Daten sind beschädigt."
        assert shown(kept) == said
        assert shown(found, most=20) == "Das Lesen endete hi…"


def test_remarks_and_reasons_of_an_undone_run_read_in_german(
    admin_client: Client,
) -> None:
    run_import(node())
    row = JobPosting.objects.get()
    edit(admin_client, row, title="Master baker")
    run = ImportRun.objects.get()
    persist.undo(run, now=NOW)
    undoing = ImportRun.objects.latest("pk")
    text = said_on(page(admin_client, "importrun", undoing))
    assert f"Stellenanzeige {row.pk} (Master baker) behält ihre Bearbeitungen" in text
    text = said_on(page(admin_client, "jobposting", row))
    assert "Der Import, der sie brachte, wurde zurückgenommen." in text
    again = admin_client.get(
        reverse("admin:postings_importrun_undo", args=(run.pk,)),
        headers={"accept-language": "de"},
        follow=True,
    )
    assert f"Lauf {run.pk} wurde durch Lauf {undoing.pk} zurückgenommen" in again.text


def test_why_there_is_no_logo_reads_in_german(admin_client: Client) -> None:
    employer = make.make_organization("Acme", logo="https://acme.example/logo.png")
    make.make_posting(organization=employer)
    asked = persist.sought(employer.pk)
    assert asked
    why = sentence("The file has more than {size}.", size="4 MiB")
    persist.logo_failed(asked, Code.TOO_LARGE, why, now=NOW)
    text = said_on(page(admin_client, "organization", employer))
    assert "too-large: Die Datei hat mehr als 4 MiB." in text
    only_in_english = {"code": "too-large", "message": "The file has more than 4 MiB."}
    Logo.objects.update(failure=only_in_english)  # as some were kept once
    text = said_on(page(admin_client, "organization", employer))
    assert "too-large: The file has more than 4 MiB." in text
