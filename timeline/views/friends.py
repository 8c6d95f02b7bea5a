"""Asking, answering and ending: what one person does about another.

Somebody may have been faster: the same person in another window, or the other one at this very moment. Each
verb says whether it changed anything, and the message tells.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from timeline import audience, friendships
from timeline.friendships import Asked
from timeline.limits import limited
from timeline.models import User
from timeline.views.access import MemberRequest, members_only, redirect_back


@require_POST
@limited("request")
@members_only
def ask(request: MemberRequest, username: str) -> HttpResponse:
    """Send a friend request."""
    person = named(username)
    try:
        asked = friendships.ask(request.user, person)
    except ValidationError as error:
        return answer(request, person, error.messages[0], level=messages.WARNING)
    return answer(
        request,
        person,
        {
            Asked.SENT: _("Your request is on its way to %(name)s."),
            Asked.WAITING: _("Your request is waiting for the answer of %(name)s."),
            Asked.FRIENDS: _("You and %(name)s are friends."),
        }[asked],
    )


@require_POST
@members_only
def accept(request: MemberRequest, username: str) -> HttpResponse:
    """Accept the request of this person."""
    person = named(username)
    if not friendships.accept(sender=person, receiver=request.user):
        return no_longer_there(request, person)
    return answer(request, person, _("You and %(name)s are friends now."))


@require_POST
@members_only
def decline(request: MemberRequest, username: str) -> HttpResponse:
    """Decline the request of this person."""
    person = named(username)
    if not friendships.withdraw_request(sender=person, receiver=request.user):
        return no_longer_there(request, person)
    return answer(request, person, _("You have declined the request of %(name)s."))


@require_POST
@members_only
def cancel(request: MemberRequest, username: str) -> HttpResponse:
    """Take back one's own request to this person."""
    person = named(username)
    if not friendships.withdraw_request(sender=request.user, receiver=person):
        return no_longer_there(request, person)
    return answer(request, person, _("You have taken back your request to %(name)s."))


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def unfriend(request: MemberRequest, username: str) -> HttpResponse:
    """Ask whether to end the friendship; on POST end it."""
    person = named(username)
    if request.method != "POST":
        return render(request, "timeline/unfriend.html", {"person": person})
    if not friendships.unfriend(request.user.pk, person.pk):
        return answer(request, person, _("You and %(name)s are no friends."), level=messages.WARNING)
    return answer(request, person, _("You and %(name)s are no longer friends."))


@require_POST
@members_only
def withhold(request: MemberRequest, username: str) -> HttpResponse:
    """Show nothing of the viewer to a friend from now on."""
    person = named(username)
    done = audience.withhold(request.user.pk, person.pk)
    return answer_switch(request, person, done, _("%(name)s no longer sees your posts. They will not be told."))


@require_POST
@members_only
def show(request: MemberRequest, username: str) -> HttpResponse:
    """Show everything of the viewer to a friend again."""
    person = named(username)
    done = audience.withhold(request.user.pk, person.pk, on=False)
    return answer_switch(request, person, done, _("%(name)s sees your posts again, also the earlier ones."))


@require_POST
@members_only
def mute(request: MemberRequest, username: str) -> HttpResponse:
    """Hide from the viewer what a friend posts."""
    person = named(username)
    done = audience.mute(request.user.pk, person.pk)
    return answer_switch(request, person, done, _("You no longer see the posts of %(name)s. They will not be told."))


@require_POST
@members_only
def unmute(request: MemberRequest, username: str) -> HttpResponse:
    """Show the viewer again what a friend posts."""
    person = named(username)
    done = audience.mute(request.user.pk, person.pk, on=False)
    return answer_switch(request, person, done, _("You see the posts of %(name)s again, also the earlier ones."))


def answer_switch(request: MemberRequest, person: User, done: bool, message: str) -> HttpResponse:
    """Go back with a message, or with the news that the two are no friends."""
    if not done:
        return answer(request, person, _("You and %(name)s are no friends."), level=messages.WARNING)
    return answer(request, person, message)


def named(username: str) -> User:
    """Return the person of that user name, in any case.

    Raises:
        Http404: there is none.
    """
    return get_object_or_404(User.objects.called(username))


def answer(request: MemberRequest, person: User, message: str, *, level: int = messages.SUCCESS) -> HttpResponse:
    """Go back with a message about a person."""
    messages.add_message(request, level, message % {"name": person})
    return redirect_back(request, otherwise=person.get_absolute_url())


def no_longer_there(request: MemberRequest, person: User) -> HttpResponse:
    """Go back and say that the request has been answered or taken back already."""
    return answer(request, person, _("This request is no longer there."), level=messages.WARNING)
