#!/usr/bin/env python
"""Run a management command: ``python manage.py help`` lists them."""

import io
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from postings.management.database import trouble

BROKEN_PIPE = 141  # as shells report a program that SIGPIPE ended


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    try:
        settings.DATABASES  # noqa: B018  read now: later, commands show a traceback
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        # Commands say it themselves where they can; Django's own would not.
        if "--traceback" not in sys.argv and (sentence := trouble(error)):
            sys.exit(sentence)
        raise
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()  # here a broken pipe is still caught; at exit it is not


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Titles come in every script, and a terminal or cron's mail may know ASCII.
            stream.reconfigure(errors="backslashreplace")
    try:
        main()
    except BrokenPipeError:  # the reader has seen enough, as in | head
        # What is still to be written would fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
