"""What has happened to the viewer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from timeline.models import Notification
from timeline.pages import first_page, id_in
from timeline.views.access import MemberRequest, members_only


@members_only
@require_safe
def notifications(request: MemberRequest) -> HttpResponse:
    """Show a page of them, newest first. What it shows is read from now on, but not what comes meanwhile."""
    before = id_in(request, "before")
    found = Notification.objects.visible_to(request.user).with_subjects().order_by("-pk")
    page = first_page(found if before is None else found.filter(pk__lt=before))
    if request.method == "GET":
        Notification.objects.filter(pk__in=[row.pk for row in page.rows if row.read_at is None]).mark_as_read()
    return render(request, "timeline/notifications.html", {"page": page, "is_first": before is None})
