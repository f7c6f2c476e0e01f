"""What a reader could believe is true."""

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from postings.ingest.report import (
    Code,
    Outcome,
    Problem,
    Recorded,
    Report,
    Sentence,
    Severity,
)
from postings.management.summary import Summary

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]


def test_every_problem_has_a_row_and_every_row_a_problem() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)`", (ROOT / "docs/problems.md").read_text(), re.MULTILINE
    )
    assert sorted(rows) == sorted(code.value for code in Code)


def test_every_module_is_in_the_architecture_and_every_one_there_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    named = set(re.findall(r"^\| `(postings/[\w/.]+)`", text, re.MULTILINE))
    assert all((ROOT / name).exists() for name in named)
    ignored = {"__init__", "apps", "migrations", "sample", "ingest"}
    for folder in (ROOT / "postings", ROOT / "postings" / "ingest"):
        for path in folder.iterdir():
            if path.stem in ignored or path.name.startswith((".", "_")):
                continue
            name = str(path.relative_to(ROOT)) + ("/" if path.is_dir() else "")
            assert name in named


def test_modules_said_to_know_no_django_are_held_to_it() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    for name in re.findall(r"^\| `(postings/[\w/.]+)` .*\| no \|$", text, re.MULTILINE):
        path = ROOT / name
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            assert not re.search(r"^\s*(from|import) django", file.read_text(), re.M)


def test_every_command_of_the_site_is_documented() -> None:
    text = "".join(path.read_text() for path in DOCUMENTS)
    own = {name for name, app in get_commands().items() if app == "postings"}
    assert own
    assert {name for name in own if name not in text} == set()


def own_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app == "postings")


def options(command: BaseCommand) -> set[str]:
    parser = command.create_parser("manage.py", "any")
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", parser.format_help()))


@pytest.mark.parametrize("name", own_commands())
def test_every_option_of_a_command_is_explained(name: str) -> None:
    text = (ROOT / "docs/operating.md").read_text()
    own = options(load_command_class("postings", name)) - options(BaseCommand())
    assert name in text
    assert own - set(re.findall(r"`(--?[a-z-]+)", text)) == set()


def test_the_operators_guide_names_no_option_that_is_not_there() -> None:
    text = (ROOT / "docs/operating.md").read_text()
    known = [options(load_command_class("postings", name)) for name in own_commands()]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) <= set().union(*known)


def test_every_runtime_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text()
    rows = set(re.findall(r"^\| ([a-z0-9-]+) \|", reasons, re.MULTILINE)) - {
        "dependency"
    }
    names = {re.split(r"[^A-Za-z0-9-]", entry)[0] for entry in project["dependencies"]}
    assert rows == names | {"brotli"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize(
    "document", sorted(ROOT.glob("docs/decisions/*.md")), ids=lambda path: path.name
)
def test_every_decision_says_what_it_costs(document: Path) -> None:
    text = document.read_text()
    assert re.match(r"# \d+\. .+", text)
    assert re.search(r"^Cost: |\| what it costs \|", text, re.MULTILINE)


def test_the_report_of_an_import_is_as_the_guide_shows_it() -> None:
    text = (ROOT / "docs/operating.md").read_text()
    (shown,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    now = datetime(2026, 11, 25, tzinfo=UTC)
    report = Report()
    problem = Problem(
        code=Code.NO_TITLE, severity=Severity.REJECTED, message=Sentence("")
    )
    report.add(Recorded(outcome=Outcome.REJECTED, locator="f:1", problems=(problem,)))
    written = Summary(
        source="acme",
        dry_run=False,
        state="finished",
        began=now,
        ended=now,
        report=report,
    ).as_json()

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else None

    assert shape(json.loads(shown)) == shape(written)
