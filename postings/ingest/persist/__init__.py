"""The only code that writes postings: imports and editors' saves.

Every function opens its own transaction and first locks the one row of the
database's state, so that writers take turns and revisions become visible in order.
"""

from postings.ingest.persist.addresses import Addresses, website
from postings.ingest.persist.closing import Closing, withdraw_missing
from postings.ingest.persist.conflicts import NothingToTake, give_back, keep_edits
from postings.ingest.persist.edits import (
    ChildEdits,
    save_edit,
    save_organization_edit,
    set_deleted,
    set_hidden,
)
from postings.ingest.persist.imports import Check, save
from postings.ingest.persist.ledger import Pruned, prune
from postings.ingest.persist.lock import LOGOS, Held, NoLock, held, is_free
from postings.ingest.persist.logos import (
    Sought,
    drop_logos,
    keep_logo,
    logo_failed,
    logos_due,
    sought,
)
from postings.ingest.persist.purge import Purged, purge
from postings.ingest.persist.reclean import Count, reclean
from postings.ingest.persist.reread import Kept, kept, node_of, reread
from postings.ingest.persist.run import (
    Asked,
    Run,
    begin,
    finish,
    known,
    outcomes_of,
    settle,
    source,
    state_of,
)
from postings.ingest.persist.undo import CannotUndo, Foreseen, foreseen, replaced, undo

__all__ = (
    "LOGOS",
    "Addresses",
    "Asked",
    "CannotUndo",
    "Check",
    "ChildEdits",
    "Closing",
    "Count",
    "Foreseen",
    "Held",
    "Kept",
    "NoLock",
    "NothingToTake",
    "Pruned",
    "Purged",
    "Run",
    "Sought",
    "begin",
    "drop_logos",
    "finish",
    "foreseen",
    "give_back",
    "held",
    "is_free",
    "keep_edits",
    "keep_logo",
    "kept",
    "known",
    "logo_failed",
    "logos_due",
    "node_of",
    "outcomes_of",
    "prune",
    "purge",
    "reclean",
    "replaced",
    "reread",
    "save",
    "save_edit",
    "save_organization_edit",
    "set_deleted",
    "set_hidden",
    "settle",
    "sought",
    "source",
    "state_of",
    "undo",
    "website",
    "withdraw_missing",
)
