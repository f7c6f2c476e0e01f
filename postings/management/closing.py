"""The options that say when a posting is gone from its source."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from postings.ingest import persist
from postings.management.asking import USAGE, at_least

#: Percent.
_ALL = 100


def add_arguments(parser: CommandParser) -> None:
    proof = persist.Closing()
    group = parser.add_argument_group(
        "postings that are gone",
        "What was refused, and why, is said. The others need --close-missing.",
    )
    group.add_argument(
        "--close-missing",
        action="store_true",
        help="this is all the source has: withdraw its postings that are missing, "
        "if the run was complete",
    )
    group.add_argument(
        "--misses",
        type=at_least(1),
        default=proof.misses,
        metavar="N",
        help="withdraw only what was missing from so many complete runs in a row "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--max-share",
        type=at_least(0, at_most=_ALL),
        default=proof.max_share,
        metavar="PERCENT",
        help="close nothing where more than this share of the source's open postings "
        "is missing for the first time, or is to be closed (default: %(default)s)",
    )
    group.add_argument(
        "--allow-empty",
        action="store_true",
        help="take a run without any record, of documents that say they are empty or of a "
        "sitemap without jobs, for a source without postings",
    )
    group.add_argument(
        "--expect",
        type=at_least(0),
        default=proof.expect,
        metavar="N",
        help="take the run for incomplete where fewer records came",
    )


def asked_for(options: dict[str, Any]) -> persist.Closing | None:
    """The proof that was asked for; None where nothing is to be closed.

    How to close what is missing is a CommandError where that is not asked for: whoever
    wrote it would wait for it in vain.
    """
    if not options["close_missing"]:
        if said := how(options):
            raise CommandError(
                f"{', '.join(f'--{name}' for name in said)} without --close-missing would "
                "do nothing: add it, or leave them out.",
                returncode=USAGE,
            )
        return None
    return persist.Closing(
        misses=options["misses"],
        max_share=options["max_share"],
        allow_empty=options["allow_empty"],
        expect=options["expect"],
    )


def how(options: dict[str, Any]) -> list[str]:
    """The options that say how to close what is missing, other than by default."""
    proof = asdict(persist.Closing())
    return [name.replace("_", "-") for name in proof if options[name] != proof[name]]


def kept(proof: persist.Closing | None) -> dict[str, Any] | None:
    """What a plan keeps of it."""
    return None if proof is None else asdict(proof)


def planned(found: Any) -> persist.Closing | None:
    """What a plan has kept. Raises ValueError for what no option can ask for."""
    if found is None:
        return None
    plain = asdict(persist.Closing())
    if not isinstance(found, dict) or {
        name: type(value) for name, value in found.items()
    } != {name: type(value) for name, value in plain.items()}:
        raise ValueError("how to close what is missing is not said")
    proof = persist.Closing(**found)
    if proof.misses < 1 or proof.expect < 0 or not 0 <= proof.max_share <= _ALL:
        raise ValueError("how to close what is missing is out of bounds")
    return proof
