"""Which posting a record is, and which value wins."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from postings import schemaorg
from postings.ingest.read import Node
from postings.ingest.report import Change
from postings.schemaorg import Language, Moment, Organization, Posting

#: The property in which an export says by which keys its source knows a posting, where an
#: editor changed what they are made of.
SOURCE_KEYS = "sourceKeys"

#: The longest key stored as it is; longer ones are stored as their digest.
MAX_KEY = 500


class KeyKind(StrEnum):
    """Kinds of keys in the order a record is looked up by."""

    IDENTIFIER = "identifier"
    URL = "url"
    PAGE = "page"
    ID = "id"
    HASH = "hash"


class Key(NamedTuple):
    """What a source calls a posting, in one way."""

    kind: KeyKind
    value: str


def keys(posting: Posting, node: Node) -> tuple[Key, ...]:
    """Every key of a record, best first; there is always the hash.

    `identifier` is the value with its propertyID or name. A host's root and the
    employer's own address or name name no posting; neither does an `@id` that is no
    absolute IRI. The hash is over organization, title, places and the day of datePosted.
    A key the node states itself, in `SOURCE_KEYS`, stands for the one it would have.
    """
    found: dict[KeyKind, str] = {}
    identifier, organization = posting.identifier, posting.hiring_organization
    own_name = organization.name.casefold() if organization else ""
    if identifier.value and identifier.value.casefold() != own_name:
        scheme = identifier.property_id or identifier.name
        found[KeyKind.IDENTIFIER] = f"{scheme} {identifier.value}".strip()
    employer = _employer_addresses(organization)
    node_id = node.data.get("@id")
    for kind, address in (
        (KeyKind.URL, posting.url),
        (KeyKind.PAGE, node.page),
        (KeyKind.ID, node_id if isinstance(node_id, str) else ""),
    ):
        value = _address(address)
        if value and value.rstrip("/") not in employer:
            found[kind] = value
    day = posting.date_posted.local().date().isoformat() if posting.date_posted else ""
    places = sorted(
        json.dumps(
            [
                place.address,
                place.street_address,
                place.postal_code,
                place.address_locality,
                place.address_region,
                place.address_country,
            ]
        )
        for place in posting.job_location
    )
    identity = [
        fold_name(organization.name) if organization else "",
        posting.title.casefold(),
        places,
        day,
    ]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    found[KeyKind.HASH] = digest
    if isinstance(stated := node.data.get(SOURCE_KEYS), Mapping):
        for kind in KeyKind:
            if isinstance(key := stated.get(kind.value), str) and key.strip():
                found[kind] = key.strip()
    return tuple(Key(kind, _bounded(found[kind])) for kind in KeyKind if kind in found)


def guessed_keys(text: str, page: str = "") -> tuple[Key, ...]:
    """What the text of a rejected record says it is called, best first.

    For telling later that it came in after all, never for finding a posting: the text
    may be broken, so that names and values are only looked for.
    """
    found: dict[KeyKind, str] = {KeyKind.PAGE: _address(page)}
    if said := re.search(r'"identifier"\s*:\s*(?:\{([^{}]*)\}?|"([^"]+)"|(\d+))', text):
        parts = dict(_PART.findall(said[1] or ""))
        scheme = parts.get("propertyID") or parts.get("name", "")
        value = (said[2] or said[3] or parts.get("value", "")).strip('" ')
        found[KeyKind.IDENTIFIER] = f"{scheme.strip(chr(34))} {value}".strip()
    for kind, name in ((KeyKind.URL, "url"), (KeyKind.ID, "@id")):
        if said := re.search(rf'"{name}"\s*:\s*"([^"]+)"', text):
            found[kind] = _address(said[1])
    return tuple(
        Key(kind, _bounded(found[kind])) for kind in KeyKind if found.get(kind)
    )


_PART = re.compile(r'"(propertyID|name|value)"\s*:\s*("[^"]*"|[\w.-]+)')


def _address(address: str) -> str:
    """An address as a key: http and https are one, the host is lower case; "" for a
    host's root and for what is no absolute IRI."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() in {"http", "https"}:
        if not parts.netloc or (parts.path in {"", "/"} and not parts.query):
            return ""
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        rest += f"#{parts.fragment}" if parts.fragment else ""
        return f"//{parts.netloc.lower()}{rest}"
    if parts.scheme.lower() in {"urn", "tag"}:
        return address.strip()
    return ""


#: Sites on which organizations have pages beside each other; their roots are nobody's.
_NETWORKS = re.compile(
    r"(^|\.)(linkedin|facebook|xing|twitter|x|instagram|youtube|tiktok|glassdoor|indeed|"
    r"kununu|github|gitlab|crunchbase|wikipedia|wikidata|google|medium|angel|wellfound|"
    r"stepstone|monster|stackoverflow|weworkremotely|remoteok|greenhouse|lever|workable|"
    r"recruitee|smartrecruiters|jobvite|personio|ashbyhq|teamtailor|join|workday|"
    r"myworkdayjobs|bamboohr|breezy|icims|taleo|csod|catsone|njoyn|softgarden|"
    r"arbeitnow|profesia|jobs|reed|totaljobs|seek|naukri|ziprecruiter)"
    r"\.[a-z.]{2,6}$"
)

#: A page about a job, or a list of them, is no employer's own address.
_JOB_PAGE = re.compile(
    r"(?i)/(jobs?|careers?|karriere|vacanc\w+|positions?|openings?|stellen\w*|emplois?|"
    r"empleos?|praca|prace|jobb|lediga\w*|apply|search)(/|$|[-.?_])"
)


def employer_addresses(organization: Organization, posting: Posting) -> tuple[str, ...]:
    """Addresses by which two names can be told to be one employer: host and path.

    From `sameAs` and `url`. No page about a job or a list of jobs is one, nor an
    address the posting itself has, nor what has a query, nor the root of a site that
    many have pages on. The root of any other host stands as `host/`.
    """
    own = {_address(address).rstrip("/") for address in (posting.url, *posting.same_as)}
    found: list[str] = []
    for address in (*organization.same_as, organization.url):
        try:
            parts = urlsplit(address.strip())
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            continue
        path = parts.path.rstrip("/")
        if (
            parts.scheme.lower() not in {"http", "https"}
            or not host
            or parts.query
            or _JOB_PAGE.search(path + "/")
            or (not path and _NETWORKS.search(host))
            or (path and _address(address).rstrip("/") in own)
        ):
            continue
        found.append(f"{host}{path.casefold() or '/'}"[:MAX_KEY])
    return tuple(dict.fromkeys(found))


def may_be_one(name: str, other: str, address: str) -> bool:
    """Whether two folded names with one address are one employer.

    A profile's address is one employer's. The root of a host may be a group's, so one
    name has to begin with the other there.
    """
    if not address.endswith("/"):
        return True
    shorter, longer = sorted((name.split(), other.split()), key=len)
    return longer[: len(shorter)] == shorter


def _employer_addresses(organization: Organization | None) -> set[str]:
    if organization is None:
        return set()
    addresses = (organization.url, *organization.same_as)
    return {_address(address).rstrip("/") for address in addresses}


def _bounded(value: str) -> str:
    if len(value) <= MAX_KEY:
        return value
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()


_LEGAL_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "llp",
        "lp",
        "ltd",
        "limited",
        "plc",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "kgaa",
        "ohg",
        "gbr",
        "ug",
        "se",
        "ev",
        "eg",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "sl",
        "slu",
        "bv",
        "nv",
        "ab",
        "hb",
        "as",
        "asa",
        "aps",
        "oy",
        "oyj",
        "sro",
        "zoo",
        "spzoo",
        "kft",
        "zrt",
        "pty",
        "pvt",
        "pte",
        "kk",
        "ltda",
    ]
)


def fold_name(name: str) -> str:
    """An organization's name without case, accents, punctuation and legal form.

    "ACME, Inc." and "Acme" are one; a name that is nothing but a legal form, or
    nothing but punctuation, stays as it is.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    # "s.r.o." and "sp. z o.o." are one word each once their full stops are gone.
    words = re.findall(
        r"\w+", re.sub("[.'\\u2019]", "", letters).replace("sp z oo", "spzoo")
    )
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    folded = unicodedata.normalize("NFC", " ".join(kept)) or name.strip().casefold()
    return folded[: schemaorg.MAX_TEXT]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A property both the editor and the source changed; the editor's was kept.

    Both values in words.
    """

    property: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The posting as it should be stored, and where both sides had changed it.

    `agreed` are the edited properties of which both sides now say the same.
    """

    posting: Posting
    conflicts: tuple[Conflict, ...] = ()
    agreed: tuple[str, ...] = ()


def merged(
    base: Posting | None,
    current: Posting,
    incoming: Posting,
    edited: Collection[str],
) -> Merged:
    """Property by property: what an editor changed stays, the rest is the source's.

    `edited` holds schema.org property names, `base` the previous node as it reads
    today. Where the source has since changed an edited property to something other
    than the editor's, that is a conflict.
    """
    kept: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    agreed: list[str] = []
    for name in schemaorg.PROPERTIES:
        if name not in edited:
            continue
        attribute = schemaorg.attribute(name)
        ours, theirs = getattr(current, attribute), getattr(incoming, attribute)
        kept[attribute] = ours
        before = theirs if base is None else getattr(base, attribute)
        if same(ours, theirs):
            agreed.append(name)
        elif not same(before, theirs):
            conflicts.append(Conflict(name, words(ours), words(theirs)))
    return Merged(replace(incoming, **kept), tuple(conflicts), tuple(agreed))


def changes(before: Posting, after: Posting) -> tuple[Change, ...]:
    """The properties of which two postings say something else, in words."""
    return tuple(
        Change(name, words(one), words(other))
        for name in schemaorg.PROPERTIES
        if (one := getattr(before, schemaorg.attribute(name)))
        != (other := getattr(after, schemaorg.attribute(name)))
        and not same(one, other)
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values of a property say the same, however that is known.

    Organizations by folded name, moments by instant, languages by code.
    """
    if isinstance(one, Organization) and isinstance(other, Organization):
        return fold_name(one.name) == fold_name(other.name)
    if isinstance(one, Moment) and isinstance(other, Moment):
        return (one.at, one.has_time) == (other.at, other.has_time)
    if isinstance(one, Language) and isinstance(other, Language):
        return one.code == other.code
    return bool(one == other)


def words(value: Any) -> str:
    """A value of a property as a person reads it; empty where there is none.

    Texts as they are, lists an entry a line, structures as `part: value` joined by
    semicolons without the parts that say nothing.
    """
    if isinstance(value, tuple):
        return "\n".join(words(item) for item in value)
    if isinstance(value, Moment):
        return value.iso()
    if isinstance(value, Organization):
        return value.name
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if is_dataclass(value):
        parts = (
            (part.name, words(getattr(value, part.name))) for part in fields(value)
        )
        return "; ".join(
            f"{schemaorg.property_name(name)}: {said.replace(chr(10), ', ')}"
            for name, said in parts
            if said
        )
    return str(value)


class Claim(NamedTuple):
    """The record that holds a key or posting in this run.

    Its title and organization, the digest of its node, and all its keys.
    """

    identity: tuple[str, str]
    digest: str
    keys: tuple[Key, ...]

    def differs(self, keys: Iterable[Key]) -> bool:
        """Whether this record has another value of the kind of one of these keys."""
        mine = {key.kind: key.value for key in self.keys}
        return any(mine.get(key.kind, key.value) != key.value for key in keys)


@dataclass(slots=True)
class Claims:
    """What the records of one run have taken: the first of a key keeps it.

    What a run has stored says itself which keys and postings were taken; only the
    batch in hand and what no row tells are here, by `keep`. In a dry run, which stores
    nothing, it is everything, and in `seen` the postings of records not even read.
    Memory: an entry a key and posting, a number a posting in `seen`.
    """

    keys: dict[Key, Claim] = field(default_factory=dict)
    postings: dict[int, Claim] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def take(self, claim: Claim) -> None:
        """Gives a record those of its keys that no earlier one has."""
        for key in claim.keys:
            self.keys.setdefault(key, claim)

    def keep(
        self, mark: tuple[int, int], taken: Iterable[tuple[int, Claim, Collection[Key]]]
    ) -> None:
        """Forgets what was taken since a mark and can be seen in what was stored.

        `taken` holds postings, the claims to them, and the keys that say so.
        """
        keys: dict[Key, Claim] = {}
        postings: dict[int, Claim] = {}
        for posting_id, claim, stored in taken:
            others = [key for key in claim.keys if key not in stored]
            keys |= {key: claim for key in others if self.keys.get(key) is claim}
            if not stored:
                postings[posting_id] = claim
        self.rewind(mark)
        self.keys |= keys
        self.postings |= postings

    def mark(self) -> tuple[int, int]:
        """Where the claims stand, for `rewind`."""
        return len(self.keys), len(self.postings)

    def rewind(self, mark: tuple[int, int]) -> None:
        """Forgets what was taken since a mark."""
        while len(self.keys) > mark[0]:
            self.keys.popitem()
        while len(self.postings) > mark[1]:
            self.postings.popitem()


def claim(posting: Posting, node: Node) -> Claim:
    """What a record lays claim to by being in a run."""
    return Claim(identity(posting), node.data_digest, keys(posting, node))


def identity(posting: Posting) -> tuple[str, str]:
    """Title and organization: what tells two jobs with one key apart."""
    organization = posting.hiring_organization
    return (
        posting.title.casefold(),
        fold_name(organization.name) if organization else "",
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which posting a record is (None: a new one), by which keys it is known.

    `earlier` is the claim of a record of this run that is the same job, or that has
    all this one's keys; such a record is not written.
    """

    posting_id: int | None = None
    keys: tuple[Key, ...] = ()
    earlier: Claim | None = None


def resolved(
    found: tuple[Key, ...],
    who: tuple[str, str],
    *,
    claims: Claims,
    owners: Mapping[Key, int],
    owned: Mapping[int, Mapping[KeyKind, Collection[str]]],
) -> Resolved:
    """Finds the posting of a record by its first usable key.

    `owners` gives the posting of each stored key, `owned` the stored keys of each
    posting. A key that an earlier record of this run took is not usable by a record
    with another title or organization; with the same ones the record is a duplicate.
    What a later kind finds, a posting or a record of this run, is the same job only
    where it has no different value of an earlier kind. Where an earlier kind and the
    hash find two postings, it is the one of the hash: one identifier then stands for
    several jobs, and their order in a feed must not matter.
    """
    for position, key in enumerate(found):
        earlier = claims.keys.get(key)
        if (
            earlier
            and earlier.identity == who
            and not earlier.differs(found[:position])
        ):
            return Resolved(earlier=earlier)
    usable = [key for key in found if key not in claims.keys]
    chosen: int | None = None
    free: list[Key] = []
    for position, key in enumerate(usable):
        posting_id = owners.get(key)
        if posting_id is None:
            free.append(key)
            continue
        taken = claims.postings.get(posting_id)
        if taken is not None:
            if taken.identity == who and not taken.differs(usable[:position]):
                return Resolved(earlier=taken)
            if key.kind is KeyKind.HASH and key not in taken.keys:
                free.append(key)  # what the posting was called before this run
        elif not _differs(owned.get(posting_id, {}), usable[:position]) and (
            chosen is None or key.kind is KeyKind.HASH
        ):
            chosen = posting_id
    mine = tuple(key for key in usable if key in free or owners[key] == chosen)
    if chosen is None and not mine:
        return Resolved(earlier=claims.keys.get(found[-1]) or Claim(who, "", found))
    return Resolved(chosen, mine)


def _differs(stored: Mapping[KeyKind, Collection[str]], earlier: Iterable[Key]) -> bool:
    """Whether a posting has another value of the kind of one of these keys."""
    return any(
        stored.get(key.kind) and key.value not in stored[key.kind] for key in earlier
    )
