"""Errors of the database that people are told about as an outage, and those that they are not."""

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from timeline.outage import DatabaseOutageMiddleware


def status_after(error: Exception) -> int | None:
    middleware = DatabaseOutageMiddleware(lambda request: HttpResponse())
    response = middleware.process_exception(RequestFactory().get("/"), error)
    return response.status_code if response else None


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError, DatabaseError])
def test_a_lost_server_is_an_outage_whatever_the_driver_calls_it(kind: type[Exception]) -> None:
    """psycopg2 raises a plain DatabaseError when a backend is killed in the middle of an answer."""
    assert status_after(kind("server closed the connection unexpectedly")) == 503


@pytest.mark.parametrize("error", [IntegrityError("duplicate key"), ValueError("no such thing")])
def test_other_errors_are_no_outage(error: Exception) -> None:
    assert status_after(error) is None
