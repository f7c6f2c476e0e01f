from __future__ import annotations

from postings.management.searching import IndexCommand
from postings.search import index


class Command(IndexCommand):
    help = (
        "Bring the search index of this host up to date, and look whether its files are "
        "as they were written: what is missing is added, what is damaged built anew. For "
        "a timer. Exit status: 0 when it is up to date or another process is at it, 2 "
        "when it could not be."
    )
    done = "brought up to date"

    def write(self, progress: index.Progress | None) -> index.Synced:
        return index.sync(check=True, progress=progress)
