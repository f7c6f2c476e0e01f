"""Google's rules in words, and what a rule found in one posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Rule(StrEnum):
    """Stable names, in the order of the properties of `Posting`."""

    MISSING_TITLE = "missing-title"
    TITLE_TOO_LONG = "title-too-long"
    TITLE_SHOUTS = "title-shouts"
    TITLE_SYMBOLS = "title-symbols"
    TITLE_CODE = "title-code"
    TITLE_DATE = "title-date"
    TITLE_PAY = "title-pay"
    TITLE_EMPLOYER = "title-employer"
    TITLE_PLACE = "title-place"
    TITLE_ADVERT = "title-advert"
    NO_OPENING = "no-opening"
    MISSING_DESCRIPTION = "missing-description"
    DESCRIPTION_IS_TITLE = "description-is-title"
    SHORT_DESCRIPTION = "short-description"
    ONE_PARAGRAPH = "one-paragraph"
    DETAILS_ELSEWHERE = "details-elsewhere"
    REMOTE_UNSAID = "remote-unsaid"
    NO_WAY_TO_APPLY = "no-way-to-apply"
    MISSING_IDENTIFIER = "missing-identifier"
    MISSING_EMPLOYER = "missing-employer"
    MISSING_EMPLOYER_SITE = "missing-employer-site"
    MISSING_DATE_POSTED = "missing-date-posted"
    FUTURE_DATE_POSTED = "future-date-posted"
    EXPIRED = "expired"
    MISSING_VALID_THROUGH = "missing-valid-through"
    DISTANT_VALID_THROUGH = "distant-valid-through"
    MISSING_PLACE = "missing-place"
    MISSING_COUNTRY = "missing-country"
    UNKNOWN_COUNTRY = "unknown-country"
    REMOTE_AS_PLACE = "remote-as-place"
    MISSING_TOWN = "missing-town"
    INCOMPLETE_ADDRESS = "incomplete-address"
    UNKNOWN_LOCATION_TYPE = "unknown-location-type"
    REMOTE_UNMARKED = "remote-unmarked"
    HYBRID_AS_REMOTE = "hybrid-as-remote"
    REMOTE_WITHOUT_AREA = "remote-without-area"
    REMOTE_AREA_ASSUMED = "remote-area-assumed"
    VAGUE_AREA = "vague-area"
    AREA_NOT_REMOTE = "area-not-remote"
    MISSING_EMPLOYMENT_TYPE = "missing-employment-type"
    UNKNOWN_EMPLOYMENT_TYPE = "unknown-employment-type"
    MISSING_PAY = "missing-pay"
    PAY_IN_WORDS = "pay-in-words"
    PAY_IN_DESCRIPTION = "pay-in-description"
    MISSING_CURRENCY = "missing-currency"
    MISSING_PAY_UNIT = "missing-pay-unit"
    PAY_OUT_OF_ORDER = "pay-out-of-order"
    IMPLAUSIBLE_PAY = "implausible-pay"
    ESTIMATE_ONLY = "estimate-only"
    EDUCATION_IN_WORDS = "education-in-words"
    EXPERIENCE_IN_WORDS = "experience-in-words"
    EXPERIENCE_ALONE = "experience-alone"
    MISSING_DIRECT_APPLY = "missing-direct-apply"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guideline:
    """A rule in words. `property` is schema.org's name, dotted where it is nested.

    `citation` is what of Google's guide it comes from, as docs/eligibility.md has it.
    """

    level: Level
    property: str
    reason: str
    fix: str
    citation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What is wrong with one posting, and what its publisher writes where to mend it."""

    rule: Rule
    level: Level
    property: str
    reason: str
    fix: str


def _error(name: str, reason: str, fix: str, citation: str) -> Guideline:
    return Guideline(
        level=Level.ERROR, property=name, reason=reason, fix=fix, citation=citation
    )


def _warning(name: str, reason: str, fix: str, citation: str) -> Guideline:
    return Guideline(
        level=Level.WARNING, property=name, reason=reason, fix=fix, citation=citation
    )


_HYGIENE = '3.1 title: "Don\'t include job codes, addresses, dates, salaries, or company names"'

#: What each rule says. A finding may put the reason more exactly.
RULES: Mapping[Rule, Guideline] = {
    Rule.MISSING_TITLE: _error("title",
        "The posting has no title that names a job.",
        "Write the job's name in title, such as \"Pastry Chef\".",
        "3.1 title: required"),
    Rule.TITLE_TOO_LONG: _warning("title",
        "The title has more than 100 characters.",
        "Keep the job's name, such as \"Pastry Chef\", and move the rest into description.",
        "3.1 title: \"Title of the job, not of the posting\""),
    Rule.TITLE_SHOUTS: _warning("title",
        "The title is written in capitals.",
        "Write it as in a sentence: \"Pastry Chef\", not \"PASTRY CHEF\".",
        "3.8 Editorial policy: \"correct grammar and capitalisation\""),
    Rule.TITLE_SYMBOLS: _warning("title",
        "The title is decorated with special characters.",
        "Leave out emoji, stars and repeated signs such as \"!!\".",
        "3.1 title: \"no excess of special characters\""),
    Rule.TITLE_CODE: _warning("title",
        "The title holds a job code.",
        "Move the code into identifier.value.",
        _HYGIENE),
    Rule.TITLE_DATE: _warning("title",
        "The title holds a date.",
        "Move the date into jobStartDate, datePosted or validThrough, whichever it is.",
        _HYGIENE),
    Rule.TITLE_PAY: _warning("title",
        "The title names an amount of money.",
        "Move it into baseSalary (currency, value, unitText).",
        _HYGIENE),
    Rule.TITLE_EMPLOYER: _warning("title",
        "The title names the employer.",
        "Leave the name to hiringOrganization.name.",
        _HYGIENE),
    Rule.TITLE_PLACE: _warning("title",
        "The title holds an address or the name of the place.",
        "Leave the place to jobLocation.address.",
        _HYGIENE),
    Rule.TITLE_ADVERT: _warning("title",
        "The title advertises instead of naming the job.",
        "Keep the job's name and move the appeal into description.",
        "3.1 title: \"Title of the job, not of the posting\""),
    Rule.NO_OPENING: _warning("title",
        "The title asks for applications without an opening.",
        "Publish JobPosting markup for openings only; collect other applications on a page without it.",
        "3.8 Disallowed: \"résumé collection with no opening\""),
    Rule.MISSING_DESCRIPTION: _error("description",
        "The posting has no description.",
        "Write the whole job advert in description: duties, qualifications, skills, hours, education, experience.",
        "3.1 description: required"),
    Rule.DESCRIPTION_IS_TITLE: _error("description",
        "The description only repeats the title.",
        "Write the whole job advert in description: duties, qualifications, skills, hours, education, experience.",
        "3.1 description: \"The description can't be the same as the title\""),
    Rule.SHORT_DESCRIPTION: _warning("description",
        "The description is too short to be a whole job advert.",
        "Say in description what the job is, what it asks for and when it is done.",
        "3.1 description: \"must be a complete representation of the job\""),
    Rule.ONE_PARAGRAPH: _warning("description",
        "The description is one long block of text.",
        "Divide description with <p> or <br>, and write lists as <ul> with <li>.",
        "3.5 HTML in description: \"add paragraph breaks\""),
    Rule.DETAILS_ELSEWHERE: _warning("description",
        "Google shows description only, and it lacks what another property says.",
        "Repeat the text of responsibilities and qualifications in description.",
        "3.1 description: \"facts in qualifications, skills, ... must be repeated in it\""),
    Rule.REMOTE_UNSAID: _warning("description",
        "The job is marked as remote, but the description does not say so.",
        "Say in description that the job is done remotely, or take jobLocationType out.",
        "3.2 jobLocationType: \"the description must clearly say so\""),
    Rule.NO_WAY_TO_APPLY: _error("url",
        "Nothing says how to apply: no address, contact or link.",
        "Write the page to apply on in url, or an e-mail address, telephone or page in applicationContact.",
        "3.8 Disallowed: \"jobs with no way to apply on the page\""),
    Rule.MISSING_IDENTIFIER: _warning("identifier",
        "The posting has no identifier.",
        "Write a PropertyValue in identifier: the employer's name in name, its code for the job in value.",
        "3.2 identifier: recommended"),
    Rule.MISSING_EMPLOYER: _error("hiringOrganization.name",
        "The posting does not say who hires.",
        "Write the company's name in hiringOrganization.name; \"confidential\" where it is not to be told.",
        "3.1 hiringOrganization: required"),
    Rule.MISSING_EMPLOYER_SITE: _warning("hiringOrganization.sameAs",
        "Nothing says which company of that name hires.",
        "Write the address of the company's own site in hiringOrganization.sameAs.",
        "3.1 hiringOrganization: \"sameAs its web site\""),
    Rule.MISSING_DATE_POSTED: _error("datePosted",
        "The posting has no date it was posted on.",
        "Write the day the employer first posted the job in datePosted, as in 2026-11-23.",
        "3.1 datePosted: required"),
    Rule.FUTURE_DATE_POSTED: _warning("datePosted",
        "The posting says it was posted on a day that is still to come.",
        "Write the day the employer first posted the job in datePosted; the first day at work is jobStartDate.",
        "3.1 datePosted: \"The original date that employer posted the job\""),
    Rule.EXPIRED: _error("validThrough",
        "The posting has expired.",
        "Take the posting down; if the job is still open, write the true new date in validThrough.",
        "3.7 Expired postings; 3.8 Disallowed: \"expired jobs\""),
    Rule.MISSING_VALID_THROUGH: _warning("validThrough",
        "The posting does not say until when it is open.",
        "If applications close on a known day, write it in validThrough, as in 2026-12-31.",
        "3.2 validThrough: \"required for postings that have an expiry date\""),
    Rule.DISTANT_VALID_THROUGH: _warning("validThrough",
        "The posting says it stays open for more than two years.",
        "Write the true closing date in validThrough, or leave it out where there is none.",
        "3.2 validThrough: \"If a job posting never expires, ... do not include this property\""),
    Rule.MISSING_PLACE: _error("jobLocation",
        "The posting does not say where the work is.",
        "Write a Place with an address in jobLocation; for a job that is 100 % remote, TELECOMMUTE in jobLocationType and the countries in applicantLocationRequirements.",
        "3.1 jobLocation: required"),
    Rule.MISSING_COUNTRY: _error("jobLocation.address.addressCountry",
        "A place has no country.",
        "Write the address as a PostalAddress, with the country's two-letter code, such as \"DE\", in addressCountry.",
        "3.1 jobLocation: \"addressCountry required\""),
    Rule.UNKNOWN_COUNTRY: _warning("jobLocation.address.addressCountry",
        "A country is named in words no country is known by.",
        "Write the country's two-letter code (ISO 3166-1), such as \"DE\", in addressCountry.",
        "2 PostalAddress: \"ISO 3166-1 alpha-2 recommended\""),
    Rule.REMOTE_AS_PLACE: _warning("jobLocation",
        "A place says \"remote\", which is no place.",
        "Write TELECOMMUTE in jobLocationType and the countries in applicantLocationRequirements, and leave this place out.",
        "3.6 Remote"),
    Rule.MISSING_TOWN: _warning("jobLocation.address.addressLocality",
        "A place has no town.",
        "Write the town where the work is in addressLocality.",
        "3.1 jobLocation: \"as many address fields as possible\""),
    Rule.INCOMPLETE_ADDRESS: _warning("jobLocation.address",
        "A place lacks street or postal code.",
        "Write streetAddress and postalCode of the place where the employee reports to work.",
        "3.1 jobLocation: \"as many address fields as possible\""),
    Rule.UNKNOWN_LOCATION_TYPE: _warning("jobLocationType",
        "The location type is none Google knows.",
        "Write TELECOMMUTE if the job is 100 % remote; otherwise leave jobLocationType out.",
        "3.4 jobLocationType: only TELECOMMUTE"),
    Rule.REMOTE_UNMARKED: _warning("jobLocationType",
        "The title says \"remote\", but the posting is not marked so.",
        "If the job is 100 % remote, write TELECOMMUTE in jobLocationType and the countries in applicantLocationRequirements; otherwise leave the word out of the title.",
        "3.2 jobLocationType: \"required if the job is 100% remote\""),
    Rule.HYBRID_AS_REMOTE: _warning("jobLocationType",
        "The job is marked as remote, but its own words call it hybrid.",
        "Leave jobLocationType out and write the office in jobLocation, unless the job is 100 % remote.",
        "3.6 Remote: \"Hybrid: jobLocation only, no jobLocationType\""),
    Rule.REMOTE_WITHOUT_AREA: _error("applicantLocationRequirements",
        "The job is remote, and no country says where applicants may live.",
        "Write a Country with its name in applicantLocationRequirements, one for each country.",
        "3.2 applicantLocationRequirements: \"a remote job needs at least one country in one of the two\""),
    Rule.REMOTE_AREA_ASSUMED: _warning("applicantLocationRequirements",
        "The job is remote and does not say where applicants may live; Google takes the country of jobLocation.",
        "Write each country applicants may live in as a Country in applicantLocationRequirements.",
        "3.2 applicantLocationRequirements: \"available to everyone in the same country as the jobLocation value\""),
    Rule.VAGUE_AREA: _warning("applicantLocationRequirements",
        "An area for applicants belongs to no known country.",
        "Name countries one by one, and states with their country, as in \"Michigan, USA\".",
        "3.2 applicantLocationRequirements: \"AdministrativeArea (Country, State, City, …) with name\""),
    Rule.AREA_NOT_REMOTE: _warning("applicantLocationRequirements",
        "The posting says where applicants may live but is not marked as remote, so Google does not read it.",
        "If the job is 100 % remote, write TELECOMMUTE in jobLocationType; visa rules belong in eligibilityToWorkRequirement.",
        "3.6 Remote: \"TELECOMMUTE + applicantLocationRequirements\""),
    Rule.MISSING_EMPLOYMENT_TYPE: _warning("employmentType",
        "The posting does not say whether it is full time, part time or otherwise.",
        "Write one or several of Google's values in employmentType, such as FULL_TIME.",
        "3.2 employmentType: recommended"),
    Rule.UNKNOWN_EMPLOYMENT_TYPE: _warning("employmentType",
        "The employment type is none of Google's values.",
        "Write one of FULL_TIME, PART_TIME, CONTRACTOR, TEMPORARY, INTERN, VOLUNTEER, PER_DIEM, OTHER.",
        "3.4 employmentType: exact values"),
    Rule.MISSING_PAY: _warning("baseSalary",
        "The posting does not say what it pays.",
        "If you are the employer, write currency, amount (or minValue and maxValue) and unitText in baseSalary.",
        "3.2 baseSalary: recommended"),
    Rule.PAY_IN_WORDS: _warning("baseSalary.value",
        "The pay is given in words, and Google reads numbers.",
        "Write a number in baseSalary.value.value, or minValue and maxValue, with currency and unitText.",
        "3.2 baseSalary: \"QuantitativeValue with value, or minValue+maxValue, and unitText\""),
    Rule.PAY_IN_DESCRIPTION: _warning("baseSalary",
        "The pay stands in the description alone.",
        "Write the same amount, currency and unit in baseSalary as well.",
        "3.2 baseSalary: recommended"),
    Rule.MISSING_CURRENCY: _warning("baseSalary.currency",
        "The pay has no currency.",
        "Write the currency's three-letter code, such as EUR, in baseSalary.currency.",
        "3.2 baseSalary: \"currency (ISO 4217)\""),
    Rule.MISSING_PAY_UNIT: _warning("baseSalary.value.unitText",
        "The pay does not say whether it is for an hour, a month or a year.",
        "Write HOUR, DAY, WEEK, MONTH or YEAR in baseSalary.value.unitText.",
        "3.4 baseSalary.value.unitText: exact values"),
    Rule.PAY_OUT_OF_ORDER: _warning("baseSalary.value",
        "The pay starts above where it ends.",
        "Write the lower amount in minValue and the higher one in maxValue.",
        "3.2 baseSalary: \"minValue+maxValue\""),
    Rule.IMPLAUSIBLE_PAY: _warning("baseSalary.value",
        "The amount can hardly be meant for its unit.",
        "Check that unitText is the unit of the amount and that no digit is missing.",
        "3.8 \"Everything in the markup must ... agree with it (salary above all)\""),
    Rule.ESTIMATE_ONLY: _warning("estimatedSalary",
        "Only an estimate of the pay is given, which Google does not show for a job.",
        "Write the employer's own figure in baseSalary; never copy the estimate there.",
        "3.2 baseSalary: \"as provided by the employer (not an estimate)\""),
    Rule.EDUCATION_IN_WORDS: _warning("educationRequirements",
        "The education asked for is given in words only.",
        "Write an EducationalOccupationalCredential with a credentialCategory such as \"bachelor degree\", or the text \"no requirements\", and keep the words in description.",
        "3.3 educationRequirements"),
    Rule.EXPERIENCE_IN_WORDS: _warning("experienceRequirements",
        "The experience asked for is given in words only.",
        "Write OccupationalExperienceRequirements with a number in monthsOfExperience, or the text \"no requirements\", and keep the words in description.",
        "3.3 experienceRequirements: \"Other free text is reported ... as Invalid enum value\""),
    Rule.EXPERIENCE_ALONE: _warning("experienceInPlaceOfEducation",
        "Experience may stand for education, but the posting does not ask for both.",
        "Give both experienceRequirements and educationRequirements, or leave experienceInPlaceOfEducation out.",
        "3.3 experienceInPlaceOfEducation: \"both ... must be present\""),
    Rule.MISSING_DIRECT_APPLY: _warning("directApply",
        "The posting does not say whether one can apply on its own page.",
        "Write true in directApply if applicants finish on that page, else false.",
        "3.2 directApply: recommended"),
}  # fmt: skip


def found(rule: Rule, reason: str = "") -> Finding:
    said = RULES[rule]
    return Finding(
        rule=rule,
        level=said.level,
        property=said.property,
        reason=reason or said.reason,
        fix=said.fix,
    )


_SHOWN = 60


def shortened(text: str) -> str:
    """A value as it stands in a sentence: on one line, at most 60 characters."""
    words = "".join(char if char.isprintable() else " " for char in text[:200])
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"


def quoted(text: str) -> str:
    return f'"{shortened(text)}"'


def folded(text: str) -> str:
    """Letters and digits alone, in one case."""
    return "".join(char for char in text.casefold() if char.isalnum())
