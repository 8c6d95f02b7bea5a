"""Pages travel compressed.

Compressing what is secret together with what somebody else chose can betray the secret by its length (BREACH). Django
masks the CSRF token anew in every page, its GZipMiddleware adds up to a hundred random bytes to each, and others'
pages cannot even ask: cookies are SameSite=Lax, and nobody may frame a page.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = ("text/", "application/json", "application/manifest+json")


class TextGZipMiddleware(GZipMiddleware):
    """Compresses texts; photos and archives are as small as they get, and keep their length and their ETag."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)
