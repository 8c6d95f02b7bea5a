"""Headers that every page has."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

# None of them is used; a page that was changed by somebody else could not use them either.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PrivateMiddleware:
    """Keeps pages out of shared caches, and asks browsers to look again before they show one anew.

    Not "no-store": going back then leads to the very page that one came from, with its place and what was typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response
