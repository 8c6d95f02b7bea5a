"""Photos: taken in for a post that is being written, and shown to those who may see them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from timeline import photos
from timeline.forms.photo import PhotosForm
from timeline.models import Photo
from timeline.photos import Size
from timeline.views.access import MemberRequest, members_only


@require_POST
@members_only
def upload_photo(request: MemberRequest) -> HttpResponse:
    """Take in photos for a post that is being written; answer with what the page shows of them, and of what failed."""
    form = PhotosForm(request.user, request.POST, request.FILES)
    is_valid = form.is_valid()
    return render(request, "timeline/_drafts.html", {"photos": form}, status=201 if is_valid else 422)


@require_POST
@members_only
def discard_photo(request: MemberRequest, key: UUID) -> HttpResponse:
    """Remove a photo that was not posted yet; one that is gone already is as removed."""
    photos.discard(Photo.objects.drafts_of(request.user).filter(key=key))
    return redirect("home")


@require_safe
@members_only
def photo(request: MemberRequest, key: UUID, size: str) -> HttpResponse:
    """Send a photo to somebody who may see it."""
    found = get_object_or_404(Photo.objects.visible_to(request.user), key=key)
    return HttpResponse(photos.path_of(found.key, Size(size)).read_bytes(), content_type="image/webp")
