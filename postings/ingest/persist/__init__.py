"""The only code that writes postings: imports and editors' saves.

Every function opens its own transaction and first locks the one row of the
database's state, so that writers take turns and revisions become visible in order.
"""

from postings.ingest.persist.edits import (
    ChildEdits,
    save_edit,
    save_organization_edit,
    set_deleted,
    set_hidden,
)
from postings.ingest.persist.imports import save
from postings.ingest.persist.reclean import Count, reclean
from postings.ingest.persist.reread import Kept, kept, reread
from postings.ingest.persist.run import Run, begin, finish, held, source

__all__ = (
    "ChildEdits",
    "Count",
    "Kept",
    "Run",
    "begin",
    "finish",
    "held",
    "kept",
    "reclean",
    "reread",
    "save",
    "save_edit",
    "save_organization_edit",
    "set_deleted",
    "set_hidden",
    "source",
)
