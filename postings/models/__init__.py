"""Rows that mirror the JobPosting schema, and where they come from."""

from postings.models.logo import Logo
from postings.models.organization import Organization, OrganizationKey
from postings.models.posting import (
    ApplicantLocationRequirement,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingQuerySet,
    JobPostingTexts,
    State,
)
from postings.models.revision import DatabaseState, Tombstone
from postings.models.source import (
    ImportConflict,
    ImportRecord,
    ImportRecordQuerySet,
    ImportRun,
    Source,
    SourceKey,
)
from postings.models.web import WebAddress

__all__ = (
    "ApplicantLocationRequirement",
    "DatabaseState",
    "ImportConflict",
    "ImportRecord",
    "ImportRecordQuerySet",
    "ImportRun",
    "JobLocation",
    "JobPosting",
    "JobPostingNode",
    "JobPostingQuerySet",
    "JobPostingTexts",
    "Logo",
    "Organization",
    "OrganizationKey",
    "Source",
    "SourceKey",
    "State",
    "Tombstone",
    "WebAddress",
)
