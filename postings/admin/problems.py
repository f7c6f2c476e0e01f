"""What an import has to say, in the words of whoever reads it in the admin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import (
    get_language,
    gettext,
    ngettext_lazy,
    pgettext_lazy,
)
from django.utils.translation import gettext_lazy as _

from postings.ingest.report import PLACE, Outcome, Sentence, Severity
from postings.problems import Explained, table

#: What became of one record. The ledger and the commands have the values themselves.
OUTCOMES: Mapping[Outcome, Promise] = {
    Outcome.CREATED: pgettext_lazy("one record", "created"),
    Outcome.UPDATED: pgettext_lazy("one record", "updated"),
    Outcome.UNCHANGED: pgettext_lazy("one record", "unchanged"),
    Outcome.REOPENED: pgettext_lazy("one record", "reopened"),
    Outcome.CONFLICT: pgettext_lazy("one record", "conflict"),
    Outcome.REJECTED: pgettext_lazy("one record", "rejected"),
    Outcome.WITHDRAWN: pgettext_lazy("one record", "withdrawn"),
    Outcome.DELETED_BY_EDITOR: pgettext_lazy("one record", "deleted by editor"),
}

SEVERITIES: Mapping[Severity, Promise] = {
    Severity.REJECTED: pgettext_lazy("one record", "rejected"),
    Severity.IGNORED: _("ignored value"),
    Severity.REPAIRED: _("repaired"),
    Severity.PASSED: _("passed over"),
}

# Translators: how many records of a run were ...
_COUNTED: Mapping[Outcome, Promise] = {
    Outcome.CREATED: ngettext_lazy("%d created", "%d created"),
    Outcome.UPDATED: ngettext_lazy("%d updated", "%d updated"),
    Outcome.UNCHANGED: ngettext_lazy("%d unchanged", "%d unchanged"),
    Outcome.REOPENED: ngettext_lazy("%d reopened", "%d reopened"),
    Outcome.CONFLICT: ngettext_lazy("%d conflict", "%d conflicts"),
    Outcome.REJECTED: ngettext_lazy("%d rejected", "%d rejected"),
    Outcome.WITHDRAWN: ngettext_lazy("%d withdrawn", "%d withdrawn"),
    Outcome.DELETED_BY_EDITOR: ngettext_lazy(
        "%d deleted by editor", "%d deleted by editor"
    ),
}


def counted(outcome: Outcome, count: int) -> str:
    """How many records of a run came to an outcome."""
    return str(_COUNTED[outcome] % count)


def outcome_said(value: str) -> str:
    """The label of an outcome; a value nobody knows as it is."""
    return str(OUTCOMES[Outcome(value)]) if value in _OUTCOME_VALUES else value


def severity_said(value: str) -> str:
    """The label of a severity; a value nobody knows as it is."""
    return str(SEVERITIES[Severity(value)]) if value in _SEVERITY_VALUES else value


_OUTCOME_VALUES = frozenset(map(str, Outcome))
_SEVERITY_VALUES = frozenset(map(str, Severity))


@cache
def _table() -> dict[str, Explained]:
    path = Path(settings.BASE_DIR) / "docs" / "problems.md"
    return table(path.read_text("utf-8") if path.is_file() else "")


def explained(code: str) -> Explained | None:
    """What a code means; None where the site runs without its documents."""
    found = _table().get(code)
    return found and Explained(gettext(found.means), gettext(found.remedy))


# --- Sentences


def shown(kept: str | Mapping[str, Any] | Sentence, *, most: int | None = None) -> str:
    """A sentence in the reader's language, at most so long, as a page has it.

    One that no catalogue knows, or that was kept without its values, is in English
    and says so.
    """
    said = _sentence(kept)
    translated = _translated(said)
    text = words(said)
    if most is not None:
        text = Truncator(text).chars(most)
    if translated is None and text and not (get_language() or "en").startswith("en"):
        return format_html('<span lang="en">{}</span>', text)
    return format_html("{}", text)


def words(kept: str | Mapping[str, Any] | Sentence) -> str:
    """The sentence as plain text."""
    said = _sentence(kept)
    translated = _translated(said)
    return str(said) if translated is None else translated


def _sentence(kept: str | Mapping[str, Any] | Sentence) -> Sentence:
    if isinstance(kept, Sentence):
        return kept
    try:
        return Sentence.of_json(kept)
    except (TypeError, KeyError, AttributeError):
        return Sentence(str(kept.get("message", "")))  # type: ignore[union-attr]


def _translated(said: Sentence) -> str | None:
    """None where there is no translation, or it wants a value the sentence lacks."""
    text = gettext(said.msgid) if said.msgid else ""
    if text == said.msgid and not (get_language() or "en").startswith("en"):
        return None
    if not set(PLACE.findall(text)) <= said.values.keys():
        return None
    return said.said(text, words, partial(number_format, force_grouping=True))
