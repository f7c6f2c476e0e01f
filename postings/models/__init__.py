"""Rows that mirror the JobPosting schema, and where they come from."""

from postings.models.organization import Organization
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
from postings.models.source import ImportRecord, ImportRun, Source, SourceKey

__all__ = (
    "ApplicantLocationRequirement",
    "DatabaseState",
    "ImportRecord",
    "ImportRun",
    "JobLocation",
    "JobPosting",
    "JobPostingNode",
    "JobPostingQuerySet",
    "JobPostingTexts",
    "Organization",
    "Source",
    "SourceKey",
    "State",
    "Tombstone",
)
