from __future__ import annotations

from django.core.management.base import CommandError

from postings.management.asking import USAGE
from postings.management.searching import IndexCommand, said
from postings.search import index


class Command(IndexCommand):
    help = (
        "Build the search index of this host anew, beside the one in use, which answers "
        "until the new one takes its place. Needed after a database was put back from a "
        "backup; all else is noticed. Exit status: 0 when it was built, 2 when it was not."
    )
    done = "built"

    def write(self, progress: index.Progress | None) -> index.Synced:
        synced = index.rebuild(progress=progress)
        if not synced.done:
            raise CommandError(said(synced), returncode=USAGE)
        return synced
