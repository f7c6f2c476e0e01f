"""The admin: editors' forms over postings, and the ledger to read."""

from postings.admin.ledger import ImportRecordAdmin, ImportRunAdmin, SourceAdmin
from postings.admin.organization import OrganizationAdmin
from postings.admin.posting import JobPostingAdmin
from postings.admin.whereabouts import ApplicantLocationAdmin, JobLocationAdmin

__all__ = (
    "ApplicantLocationAdmin",
    "ImportRecordAdmin",
    "ImportRunAdmin",
    "JobLocationAdmin",
    "JobPostingAdmin",
    "OrganizationAdmin",
    "SourceAdmin",
)
