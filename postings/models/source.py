from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from postings import schemaorg
from postings.fields import CompressedJSONField, TextListField


class Source(models.Model):
    """Where postings come from; every key and every closing is one source's own."""

    EDITOR = "editor"
    FILES = "files"
    SAMPLE = "sample"

    class VanishedPolicy(models.TextChoices):
        """What may happen to postings a complete run no longer holds."""

        KEEP = "keep", _("keep them open")
        WITHDRAW = "withdraw", _("withdraw them when the run is asked to")

    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    url = models.CharField(_("home address"), max_length=schemaorg.MAX_URL, blank=True)
    vanished_policy = models.CharField(
        _("vanished postings"),
        max_length=20,
        choices=VanishedPolicy,
        default=VanishedPolicy.WITHDRAW,
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name


class SourceKey(models.Model):
    """What a source calls a posting; a posting may own several.

    A value longer than the column is kept as `sha256:` and its digest. `last_run` is
    written at every sight of an unchanged posting: neither an index nor a constraint
    makes that dear, and on PostgreSQL the rows have room to be written where they are.
    """

    class Kind(models.TextChoices):
        """In the order a record is looked up by."""

        IDENTIFIER = "identifier", _("identifier")
        URL = "url", _("address")
        PAGE = "page", _("page it was found on")
        ID = "id", _("@id")
        HASH = "hash", _("organization, title, places and date")

    source = models.ForeignKey(Source, models.PROTECT, related_name="keys")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=500)
    posting = models.ForeignKey(
        "postings.JobPosting", models.CASCADE, related_name="keys"
    )
    last_run = models.ForeignKey(
        "postings.ImportRun",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("source key")
        verbose_name_plural = _("source keys")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "kind", "value"), name="source_key_is_unique"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="source_key_has_value"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class ImportRun(models.Model):
    """One entry of the ledger: what was asked for, by whom, and how it ended.

    `complete`: every document was read and every record accepted, so that what is not
    in it is gone from the source; such runs that were asked to close what vanished are
    the ones misses are counted in. `problems` holds one object a severity and code:
    both, their `count` and the `first` problem. `remarks` are sentences: what was
    refused and why. A sentence is `message`, its English, and where it has values the
    `msgid` of the catalogues and `values`, to be put together in any language.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        INTERRUPTED = "interrupted", _("interrupted")
        FAILED = "failed", _("failed")

    class Kind(models.TextChoices):
        IMPORT = "import", _("import")
        RETRY = "retry", _("retry of rejected records")
        UNDO = "undo", _("undoing a run")

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="runs", verbose_name=_("source")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.IMPORT)
    undoes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name=_("undoes"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.RUNNING
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who, in the admin"),
    )
    operator = models.CharField(_("who, on the machine"), max_length=150, blank=True)
    command_line = models.TextField(_("command line"), blank=True)
    reader_version = models.PositiveIntegerField(_("reader version"))
    closes_missing = models.BooleanField(
        _("asked to close what vanished"), default=False
    )
    complete = models.BooleanField(_("complete"), default=False)
    documents = models.PositiveIntegerField(_("documents"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    reopened = models.PositiveIntegerField(_("reopened"), default=0)
    conflict = models.PositiveIntegerField(_("conflicts"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    withdrawn = models.PositiveIntegerField(_("withdrawn"), default=0)
    deleted_by_editor = models.PositiveIntegerField(_("deleted by editor"), default=0)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    remarks = models.JSONField(_("remarks"), default=list, blank=True)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state="running") | Q(finished_at__isnull=False),
                name="import_run_ended_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source.slug} {self.started_at:%Y-%m-%d %H:%M}"


class ImportRecordQuerySet(models.QuerySet["ImportRecord"]):
    def waiting(self) -> Self:
        """The work list: what was rejected and nothing has settled since."""
        return self.filter(_WAITING)


_WAITING = Q(outcome="rejected", resolved_at__isnull=True)


class ImportRecord(models.Model):
    """One record of a run that was not simply unchanged.

    `problems` is a list of objects with code, severity, locator, value and message,
    `codes` their codes. `replaced_node` holds what an update replaced: the columns of
    `JobPostingNode` by name. Of a rejected record `raw` is the text, `document` the
    name of the document it was in, `context` what else the reader was told of it
    (page, language, address), `keys` what it says it is called, as `[kind, value]`.
    It is settled (`resolved_at`) when it was read again, gone from its document, or
    came in under one of its keys.
    """

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="records", verbose_name=_("run")
    )
    posting = models.ForeignKey(
        "postings.JobPosting",
        models.CASCADE,
        null=True,
        related_name="import_records",
        verbose_name=_("job posting"),
    )
    outcome = models.CharField(_("outcome"), max_length=20)
    locator = models.CharField(_("where"), max_length=1000)
    problems = models.JSONField(_("problems"), default=list)
    codes = TextListField(_("codes"))
    raw = models.TextField(_("raw text"), blank=True)
    document = models.CharField(_("document"), max_length=1000, blank=True)
    context = models.JSONField(default=dict, blank=True)
    keys = models.JSONField(default=list, blank=True)
    replaced_node = CompressedJSONField(null=True)
    resolved_at = models.DateTimeField(_("settled"), null=True)
    resolved_by = models.ForeignKey(
        ImportRun,
        models.SET_NULL,
        null=True,
        related_name="settled_records",
        verbose_name=_("settled by"),
    )

    objects = ImportRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("import record")
        verbose_name_plural = _("import records")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("run", "outcome"), name="record_run_outcome"),
            models.Index(
                fields=("run",), condition=_WAITING, name="record_open_rejection"
            ),
        )

    def __str__(self) -> str:
        return self.locator

    @property
    def is_waiting(self) -> bool:
        """The twin of `ImportRecordQuerySet.waiting`."""
        return self.outcome == "rejected" and self.resolved_at is None


class ImportConflict(models.Model):
    """A property an editor and the source both changed; the editor's was kept.

    `ours` and `theirs` are the two values in words. A posting has at most one open
    conflict a property: what the source says later takes the place of what it said.
    """

    class Resolution(models.TextChoices):
        OPEN = "", _("open")
        TAKEN = "taken", _("the feed's was taken")
        KEPT = "kept", _("the editor's was kept")
        AGREED = "agreed", _("both say the same again")
        SUPERSEDED = "superseded", _("the feed changed it once more")
        UNDONE = "undone", _("the run was undone")

    posting = models.ForeignKey(
        "postings.JobPosting",
        models.CASCADE,
        related_name="conflicts",
        verbose_name=_("job posting"),
    )
    record = models.ForeignKey(
        ImportRecord,
        models.CASCADE,
        related_name="conflicts",
        verbose_name=_("import record"),
    )
    property = models.CharField(_("property"), max_length=50)
    ours = models.TextField(_("editor's"), blank=True)
    theirs = models.TextField(_("feed's"), blank=True)
    resolution = models.CharField(
        _("resolution"), max_length=10, choices=Resolution, blank=True
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("posting", "property"),
                condition=Q(resolution=""),
                name="one_open_conflict_a_property",
            ),
            models.CheckConstraint(
                condition=Q(resolution="", resolved_at__isnull=True)
                | (~Q(resolution="") & Q(resolved_at__isnull=False)),
                name="resolved_conflict_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.property} of {self.posting}"
