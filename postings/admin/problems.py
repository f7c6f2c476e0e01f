"""What an import has to say, in the words of whoever reads it in the admin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from postings.ingest.report import Outcome, Severity
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
