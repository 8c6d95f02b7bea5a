"""What people see while the database is away."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

# Seconds after which a client may try again.
RETRY_AFTER = 5


class DatabaseOutageMiddleware:
    """Answers 503 with a page that says so when a view could not use the database, also for lack of a lock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for an error of the database, and leave every other error alone."""
        if not is_outage(exception):
            return None
        logger.error("database unavailable path=%s", request.path, exc_info=exception)
        # Without the request: its user is in the database.
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})


def is_outage(error: Exception) -> bool:
    """Tell whether the database, and not what was asked of it, is to blame; also for a lock that was not to be had."""
    # A plain DatabaseError comes without a code: a backend was killed in the middle of its answer.
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
