"""Short ways to work with the admin's forms as a browser does."""

from __future__ import annotations

from typing import Any

import lxml.html
from django.test import Client
from django.urls import reverse


def form_data(client: Client, address: str) -> dict[str, list[str]]:
    """What a browser would send of the form as it is shown."""
    page = client.get(address).text
    root: Any = lxml.html.document_fromstring(page)
    (form,) = (form for form in root.forms if "_form" in form.get("id", ""))
    data: dict[str, list[str]] = {}
    for name, value in form.form_values():
        if "__prefix__" not in name:
            data.setdefault(name, []).append(value)
    return data


def change_address(row: Any) -> str:
    return reverse(f"admin:postings_{row._meta.model_name}_change", args=(row.pk,))


def edit(client: Client, row: Any, **changes: Any) -> Any:
    """Opens a form, changes these fields and saves; the row as it then is."""
    address = change_address(row)
    response = client.post(address, form_data(client, address) | changes)
    errors = response.context["errors"] if response.context else None
    assert response.status_code == 302, errors
    return type(row)._default_manager.get(pk=row.pk)
