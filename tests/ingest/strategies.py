"""JSON as strangers write it, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(0, 10**6, allow_nan=False).map(lambda x: round(x, 2)),
    st.text(max_size=20),
    st.sampled_from(["2026-11-02", "FULL_TIME", "https://crumb.example/7", "Praha"]),
)
NAMES = st.sampled_from(
    [
        *("name", "value", "address", "addressCountry", "addressLocality", "unitText"),
        *("minValue", "currency", "latitude", "longitude", "description", "@type"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=8,
)

#: Properties of a posting with any value at all.
PROPERTIES = st.dictionaries(
    st.sampled_from(
        [
            *("hiringOrganization", "jobLocation", "baseSalary", "identifier", "url"),
            *("employmentType", "datePosted", "validThrough", "skills", "image"),
            *("applicantLocationRequirements", "directApply", "industry", "sameAs"),
            *("jobLocationType", "totalJobOpenings", "educationRequirements"),
            *("experienceRequirements", "salaryCurrency", "inLanguage", "benefits"),
        ]
    ),
    VALUES,
    max_size=5,
)
