"""The admin: editors' forms over postings, and the ledger with what it leaves to do."""

from postings.admin.conflicts import ImportConflictAdmin
from postings.admin.ledger import ImportRunAdmin
from postings.admin.organization import OrganizationAdmin
from postings.admin.posting import JobPostingAdmin
from postings.admin.records import ImportRecordAdmin
from postings.admin.sources import SourceAdmin
from postings.admin.whereabouts import ApplicantLocationAdmin, JobLocationAdmin

__all__ = (
    "ApplicantLocationAdmin",
    "ImportConflictAdmin",
    "ImportRecordAdmin",
    "ImportRunAdmin",
    "JobLocationAdmin",
    "JobPostingAdmin",
    "OrganizationAdmin",
    "SourceAdmin",
)
