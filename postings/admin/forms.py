from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from postings import schemaorg
from postings.fields import unmarked
from postings.models import JobPosting, JobPostingTexts, columns


def _choices(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(str(value), str(value)) for value in values]


def _long_text(column: str, rows: int = 4) -> forms.Field:
    """The form's field for a column of `JobPostingTexts`."""
    area = forms.Textarea(attrs={"rows": rows, "cols": 100})
    fields: dict[str, forms.Field] = forms.fields_for_model(
        JobPostingTexts, fields=[column], widgets={column: area}
    )
    return fields[column]


class JobPostingForm(forms.ModelForm[JobPosting]):
    """A posting with its long texts, which live in a table of their own."""

    employment_type = forms.MultipleChoiceField(
        label=_("Employment type"),
        choices=_choices(schemaorg.EmploymentType),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    credential_category = forms.MultipleChoiceField(
        label=_("Education"),
        choices=_choices(schemaorg.CredentialCategory),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    base_salary_unit_text = forms.ChoiceField(
        label=_("a unit"),
        choices=[("", "---------"), *_choices(schemaorg.UnitText)],
        required=False,
    )
    estimated_salary_unit_text = forms.ChoiceField(
        label=_("a unit"),
        choices=[("", "---------"), *_choices(schemaorg.UnitText)],
        required=False,
    )
    description = _long_text("description", rows=16)
    employer_overview = _long_text("employer_overview")
    responsibilities = _long_text("responsibilities")
    qualifications = _long_text("qualifications")
    education_requirements = _long_text("education_requirements")
    experience_requirements = _long_text("experience_requirements")
    eligibility_to_work_requirement = _long_text("eligibility_to_work_requirement")
    job_benefits = _long_text("job_benefits")
    incentive_compensation = _long_text("incentive_compensation")
    deleted = forms.BooleanField(
        label=_("Deleted"),
        required=False,
        help_text=_(
            "The page answers 410 Gone and no import brings the posting back. "
            "Untick to undelete."
        ),
    )

    class Meta:
        model = JobPosting
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = None if self.instance._state.adding else self.instance.texts
        for column in columns.TEXT_COLUMNS.values():
            self.initial[column] = unmarked(getattr(texts, column, ""))
        self.initial["deleted"] = self.instance.deleted_at is not None
        for field in self.fields.values():
            # What the editor saw travels with the form, so that a value an import
            # changed meanwhile is not taken for an edit.
            field.show_hidden_initial = True

    def _currency(self, name: str) -> str:
        code = str(self.cleaned_data.get(name) or "").strip().upper()
        if code and code not in Locale.parse("en").currencies:
            raise ValidationError(_("Not a currency code of ISO 4217, such as EUR."))
        return code

    def clean_base_salary_currency(self) -> str:
        return self._currency("base_salary_currency")

    def clean_estimated_salary_currency(self) -> str:
        return self._currency("estimated_salary_currency")

    def clean_salary_currency(self) -> str:
        return self._currency("salary_currency")

    def _web_address(self, name: str) -> str:
        address = str(self.cleaned_data.get(name) or "").strip()
        if address and not address.startswith(("http://", "https://")):
            raise ValidationError(_("An address starts with http:// or https://."))
        return address

    def clean_url(self) -> str:
        return self._web_address("url")

    def clean_application_contact_url(self) -> str:
        return self._web_address("application_contact_url")

    def edited_texts(self) -> dict[str, str]:
        """The long texts the editor changed, as typed."""
        return {
            column: self.cleaned_data[column]
            for column in columns.TEXT_COLUMNS.values()
            if column in self.changed_data
        }

    def edited_columns(self) -> list[str]:
        """The columns of the row the editor changed."""
        apart = {*columns.TEXT_COLUMNS.values(), "deleted"}
        return [name for name in self.changed_data if name not in apart]
