"""Photos: taken in for a post that is being written, and shown to those who may see them."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from timeline import photos
from timeline.forms.photo import PhotosForm, keys_in
from timeline.limits import limited
from timeline.models import Photo
from timeline.photos import Size
from timeline.views.access import MemberRequest, members_only

HEADERS = {
    # A browser may show its copy for an hour, also when the tweet is no longer for its owner: they have seen it before.
    # `private` keeps it out of every other cache.
    "Cache-Control": "private, max-age=3600, immutable",
    "Content-Disposition": 'inline; filename="photo.webp"',
    # It is drawn anew, so no script can be in it; should one be all the same, it does not run. The styles are those
    # with which a browser shows a photo that is opened as a page of its own.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
@members_only
def upload_photo(request: MemberRequest) -> HttpResponse:
    """Take in photos for a post that is being written; answer with what the page shows of them, and of what failed.

    The status is 200 for both: of several photos some may be taken and others not.

    GET answers with those drafts of the viewer that the address names, for a page that was loaded again.
    """
    if request.method != "POST":
        drafts = photos.drafts_of(request.user, keys_in(request.GET.getlist("photo")))
        return render(request, "timeline/_drafts.html", {"drafts": drafts})
    form = PhotosForm(request.user, request.POST, request.FILES, counted=1)
    form.is_valid()
    return render(request, "timeline/_drafts.html", {"drafts": form.drafts, "errors": form["added"].errors})


@require_POST
@members_only
def discard_photo(request: MemberRequest, key: UUID) -> HttpResponse:
    """Remove a photo that was not posted yet; one that is gone already is as removed."""
    photos.discard(Photo.objects.drafts_of(request.user).filter(key=key))
    return HttpResponse(status=204)


@require_safe
@members_only
def photo(request: MemberRequest, key: UUID, size: str) -> HttpResponse:
    """Send a photo to somebody who may see it."""
    found = get_object_or_404(Photo.objects.visible_to(request.user), key=key)
    # What a key names never changes.
    etag = f'"{found.key.hex}-{size}"'
    whole = HttpResponse(content_type="image/webp", headers={**HEADERS, "ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=whole) or whole
    if answer is whole:
        try:
            whole.content = photos.path_of(found.key, Size(size)).read_bytes()
        except FileNotFoundError as error:  # it was deleted at this very moment
            raise Http404 from error
    return answer
