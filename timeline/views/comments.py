"""Commenting on tweets, replying to comments, and deleting them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from timeline import reactions
from timeline.cards import Card
from timeline.forms.comment import CommentForm
from timeline.limits import TooManyError, spend
from timeline.models import Comment, Tweet
from timeline.pages import id_in
from timeline.reactions import CommentGoneError
from timeline.views.access import MemberRequest, members_only, redirect_back
from timeline.views.cards import card_of, card_or_404, part, tell_gone

PART = "timeline/_comments.html"


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def comment(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Show the form for a comment, or with `?reply_to=` for a reply; on POST store what was written."""
    if request.method != "POST":
        return invite(request, tweet_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return refuse(request, tweet_id, form)
    try:
        spend("comment", request.user.pk)
        written = reactions.comment(request.user, tweet_id, **form.cleaned_data)
        return answer(request, written)
    except Tweet.DoesNotExist:
        return give_back(request, form)
    except CommentGoneError:
        return refuse(request, tweet_id, form)
    except TooManyError as error:
        form.add_error("text", str(error))
        return refuse(request, tweet_id, form, status=429)


@require_POST
@members_only
def delete_comment(request: MemberRequest, comment_id: int) -> HttpResponse:
    """Delete a comment of one's own, or one on a tweet of one's own."""
    found = Comment.objects.deletable_by(request.user).select_related("tweet").filter(pk=comment_id).first()
    if found is None or not found.delete()[0]:
        return tell_gone(request, _("This comment is no longer there."))
    if request.htmx:
        try:
            return part(request, PART, card_of(found.tweet_id, request.user), is_open=True)
        except Tweet.DoesNotExist:
            return tell_gone(request)
    messages.success(request, _("The comment is deleted."))
    return redirect_back(request, otherwise=found.tweet.get_absolute_url())


def invite(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Show an empty form.

    Raises:
        Http404: the viewer does not see the tweet, or what they want to reply to.
    """
    card = card_or_404(tweet_id, request.user)
    try:
        replied = reactions.replied_to(card.tweet, request.user, id_in(request, "reply_to"))
    except CommentGoneError as error:
        raise Http404("no such comment") from error
    return show(request, card, CommentForm(), replied)


def refuse(request: MemberRequest, tweet_id: int, form: CommentForm, status: int = 422) -> HttpResponse:
    """Show the form as it was filled in, with what is wrong about it."""
    try:
        card = card_of(tweet_id, request.user)
        replied = reactions.replied_to(card.tweet, request.user, form.cleaned_data.get("reply_to"))
    except Tweet.DoesNotExist:
        return give_back(request, form)
    except CommentGoneError:
        form.add_error("text", _("What you reply to is no longer there. Send this again as a comment of its own."))
        replied = None
    return show(request, card, form, replied, status=status)


def show(
    request: MemberRequest, card: Card, form: CommentForm, replied: Comment | None, status: int = 200
) -> HttpResponse:
    """Show the form in place, or on a page of its own with the tweet."""
    template = PART if request.htmx else "timeline/comment.html"
    return part(request, template, card, status, form=form, replied=replied, is_open=True)


def give_back(request: MemberRequest, form: CommentForm) -> HttpResponse:
    """Say that there is nothing left to comment on, and give the text back."""
    if request.htmx:
        return tell_gone(request)
    return render(request, "timeline/comment_gone.html", {"text": form.data.get("text", "")}, status=404)


def answer(request: MemberRequest, written: Comment) -> HttpResponse:
    """Show the comments with the new one."""
    if request.htmx:
        return part(request, PART, card_of(written.tweet_id, request.user), is_open=True)
    return redirect_back(request, otherwise=written.get_absolute_url())
