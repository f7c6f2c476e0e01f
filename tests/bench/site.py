"""Pages as a web server asks for them.

Django's test client keeps what every template was given besides, which costs half as much
as the page.
"""

from __future__ import annotations

from django.test import RequestFactory
from django.test.client import ClientHandler

_answer = ClientHandler()
_requests = RequestFactory()


def visit(address: str) -> None:
    """Has a page answered, which has to be there."""
    response = _answer(_requests.get(address).environ)
    assert response.status_code == 200, address
