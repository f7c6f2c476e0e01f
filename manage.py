#!/usr/bin/env python
"""Run a management command: ``python manage.py help`` lists them."""

import os
import signal
import sys

from postings.management import output

NOT_DONE = 2

BROKEN_PIPE = 141  # as shells report a program that SIGPIPE ended


def main() -> None:
    # Imports that take a second, in which somebody may press Ctrl-C.
    from django.conf import settings  # noqa: PLC0415
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from postings.management.database import trouble  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    try:
        settings.DATABASES  # noqa: B018  read now: later, commands show a traceback
    except ImproperlyConfigured as error:
        ended(NOT_DONE, str(error))
    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        # Commands say it themselves where they can; Django's own would not.
        if "--traceback" not in sys.argv and (sentence := trouble(error)):
            ended(NOT_DONE, sentence)
        raise
    finally:
        sys.stdout.flush()  # here it is still caught if that fails; at exit it is not


def ended(status: int, sentence: str = "") -> None:
    output.close_output()
    if sentence:
        sys.stderr.write(f"{sentence}\n")
    sys.exit(status)


if __name__ == "__main__":
    output.open_streams()
    try:
        main()
    except BrokenPipeError:  # the reader has seen enough, as in | head
        ended(BROKEN_PIPE)
    except output.NotSaid as error:
        ended(NOT_DONE, str(error))
    except KeyboardInterrupt as stop:
        # Pressed again, it would end in a traceback after all.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signum = getattr(stop, "signum", signal.SIGINT)
        ended(128 + signum, f"Stopped by {signal.Signals(signum).name}.")
