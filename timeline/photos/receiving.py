"""Refusing what is too large to be taken in, before any of it is read: neither memory nor disk is filled."""

from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from timeline.photos.reading import MEGA

# A post with nine photos of a usual size; larger ones are sent one by one where scripts run.
MOST_REQUEST_BYTES = 64 * MEGA
# Enough for every form without files.
MOST_BYTES_OF_STRANGERS = 1 * MEGA


class LargeRequestMiddleware:
    """Answers 413 to a request that says that it is too large; one that says nothing is empty to Django.

    It has to come after the middleware that knows who is signed in, and before any that reads the form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH", "")
        length = int(said) if said.isdecimal() else 0
        if length <= MOST_BYTES_OF_STRANGERS or (length <= MOST_REQUEST_BYTES and is_member(request)):
            return self.get_response(request)
        # Without the request: its page would ask the database, and its form is not to be read.
        page = render_to_string("413.html", {"limit": MOST_REQUEST_BYTES // MEGA})
        return HttpResponse(page, status=413)


def is_member(request: HttpRequest) -> bool:
    """Tell whether who sends this is signed in; while nobody can tell, so that the view says what is wrong."""
    try:
        return request.user.is_authenticated
    except (DatabaseError, InterfaceError):
        return True
