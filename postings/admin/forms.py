from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from babel import Locale
from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from postings import sanitise, schemaorg
from postings.countries import country_code
from postings.fields import KEY, unmarked
from postings.ingest.merge import fold_name
from postings.ingest.normalise.dates import FIRST_YEAR, LAST_YEAR
from postings.ingest.normalise.text import is_web_address
from postings.models import (
    ApplicantLocationRequirement,
    JobLocation,
    JobPosting,
    JobPostingTexts,
    Organization,
    OrganizationKey,
    columns,
)


def _digest(text: Any) -> str:
    """Of a text as a browser sends it: without the ends' white space, one newline."""
    lines = "\n".join(str(text or "").strip().splitlines())
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()


class DigestInput(forms.HiddenInput):
    """What an editor saw of a long text, as a digest: half the size of the form."""

    def format_value(self, value: Any) -> str:
        return _digest(value)


class LongTextField(forms.CharField):
    """A long text whose change is told by the digest that travels with the form."""

    hidden_widget = DigestInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _digest(data) not in (initial, _digest(initial))


class EditForm(forms.ModelForm[Any]):
    """A form in which what the editor saw travels along.

    A value that an import changed while the form was open is then not taken for an
    edit, and what the editor did not touch is not written.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any] | None:
        """Addresses, dates and names as strictly as an import reads them."""
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, datetime) and not (
                FIRST_YEAR <= value.year <= LAST_YEAR
            ):
                self.add_error(
                    name,
                    _("Give a year from %(first)d to %(last)d.")
                    % {"first": FIRST_YEAR, "last": LAST_YEAR},
                )
            if name in ADDRESSES and name in self.changed_data:
                given = value if isinstance(value, list) else [value]
                if any(address and not is_web_address(address) for address in given):
                    self.add_error(
                        name, _("An address starts with http:// or https://.")
                    )
            if name in ("title", "name") and value and not sanitise.plain(value):
                self.add_error(name, _("Nothing of this can be seen."))
        return super().clean()


#: Fields that hold an address or a list of them.
ADDRESSES = ("url", "same_as", "image", "logo", "application_contact_url")


class CountryForm(forms.ModelForm[Any]):
    """A place or area; its country is a code of ISO 3166-1."""

    def clean_address_country(self) -> str:
        words = str(self.cleaned_data.get("address_country") or "").strip()
        code = country_code(words)
        if words and not code:
            raise ValidationError(_("Not a country code of ISO 3166-1, such as DE."))
        return code


class JobLocationForm(CountryForm):
    class Meta:
        model = JobLocation
        fields = "__all__"  # noqa: DJ007 - the admin chooses


class ApplicantLocationForm(CountryForm):
    class Meta:
        model = ApplicantLocationRequirement
        fields = "__all__"  # noqa: DJ007 - the admin chooses


class OrganizationForm(EditForm):
    class Meta:
        model = Organization
        fields = "__all__"  # noqa: DJ007 - the admin chooses

    description = LongTextField(
        label=_("description"), required=False, widget=forms.Textarea
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["description"] = unmarked(self.instance.description)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        known = OrganizationKey.objects.filter(
            kind=OrganizationKey.Kind.NAME, value=fold_name(name)
        ).first()
        if self.instance._state.adding and known is not None:
            raise ValidationError(
                _("This is %(name)s, which is there already."),
                params={"name": known.organization.name},
            )
        return name


class KeySelect(AutocompleteSelect):
    """Django's, which asks the database for whatever was sent, a key or not.

    What is none is not shown as chosen; that it is no choice is for the form to say.
    """

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> list[Any]:
        keys = [each for each in value if KEY.fullmatch(each)]
        return super().optgroups(name, keys, attr)


def _choices(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(str(value), str(value)) for value in values]


def _long_text(column: str, rows: int = 4) -> forms.Field:
    """The form's field for a column of `JobPostingTexts`."""
    area = forms.Textarea(attrs={"rows": rows, "cols": 100})
    fields: dict[str, forms.Field] = forms.fields_for_model(
        JobPostingTexts,
        fields=[column],
        widgets={column: area},
        field_classes={column: LongTextField},
    )
    return fields[column]


class JobPostingForm(EditForm):
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
