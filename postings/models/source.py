from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from postings import schemaorg
from postings.fields import CompressedJSONField


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

    A value longer than the column is kept as `sha256:` and its digest.
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
        "postings.ImportRun", models.SET_NULL, null=True, related_name="+"
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
    """One run of an import: what it was asked and how it ended."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        INTERRUPTED = "interrupted", _("interrupted")
        FAILED = "failed", _("failed")

    source = models.ForeignKey(Source, models.PROTECT, related_name="runs")
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.RUNNING
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    command_line = models.TextField(_("command line"), blank=True)
    reader_version = models.PositiveIntegerField(_("reader version"))
    documents = models.PositiveIntegerField(_("documents"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    reopened = models.PositiveIntegerField(_("reopened"), default=0)
    conflict = models.PositiveIntegerField(_("conflicts"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    deleted_by_editor = models.PositiveIntegerField(_("deleted by editor"), default=0)

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


class ImportRecord(models.Model):
    """One record of a run that was not simply unchanged.

    `raw` holds the text of a rejected record, `replaced_node` the node an update
    replaced, `problems` a list of objects with code, severity, locator, value and
    message.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="records")
    posting = models.ForeignKey(
        "postings.JobPosting",
        models.CASCADE,
        null=True,
        related_name="import_records",
    )
    outcome = models.CharField(_("outcome"), max_length=20)
    locator = models.CharField(_("where"), max_length=1000)
    problems = models.JSONField(_("problems"), default=list)
    conflicts = models.JSONField(_("conflicts"), default=list)
    raw = models.TextField(_("raw text"), blank=True)
    replaced_node = CompressedJSONField(null=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    class Meta:
        verbose_name = _("import record")
        verbose_name_plural = _("import records")
        ordering = ("id",)
        indexes = (models.Index(fields=("run", "outcome"), name="record_run_outcome"),)

    def __str__(self) -> str:
        return f"{self.outcome} {self.locator}"
