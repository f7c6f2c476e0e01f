"""What the import has to say, in the language of who reads it in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from postings.admin.problems import OUTCOMES, SEVERITIES, counted, explained
from postings.ingest.report import Code, Outcome, Severity
from postings.models import ImportRecord, ImportRun
from tests.ingest.support import NOW, node, run_import

pytestmark = pytest.mark.django_db


def shown(client: Client, name: str, row: Any, language: str = "de") -> str:
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
    assert "angelegt" in shown(admin_client, "importrecord", created)
    assert "abgewiesen" in shown(admin_client, "importrecord", rejected)
    run = ImportRun.objects.get()
    assert "1 angelegt" in shown(admin_client, "importrun", run)
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
    text = shown(admin_client, "importrun", run)
    assert text.index("abgewiesen</th>") < text.index("ausgelassen</th>")


def test_seconds_have_the_readers_decimal_comma(admin_client: Client) -> None:
    run_import(node())
    assert ",0\N{NO-BREAK SPACE}s" in shown(admin_client, "importrun", _run(0))
    assert "1.5 s" in shown(admin_client, "importrun", _run(1.5), "en")


def _run(seconds: float) -> ImportRun:
    run = ImportRun.objects.get()
    run.finished_at = run.started_at + timedelta(seconds=seconds)
    run.save()
    return run
