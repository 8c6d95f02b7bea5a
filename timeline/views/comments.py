"""Commenting on tweets, replying to comments, and deleting them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from timeline import reactions
from timeline.forms.comment import CommentForm
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
        return show_form(request, tweet_id, CommentForm(initial={"reply_to": id_in(request, "reply_to")}))
    form = CommentForm(request.POST)
    if not form.is_valid():
        return refuse(request, tweet_id, form)
    try:
        written = reactions.comment(request.user, tweet_id, **form.cleaned_data)
        return answer(request, written)
    except Tweet.DoesNotExist:
        return keep_text(request, form)
    except CommentGoneError:
        form.add_error(
            "text", _("The comment that you reply to is no longer there. Send yours again as one of its own.")
        )
        form.data = {**form.data.dict(), "reply_to": ""}
        return refuse(request, tweet_id, form)


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


def show_form(request: MemberRequest, tweet_id: int, form: CommentForm, status: int = 200) -> HttpResponse:
    """Show the form in place, or on a page of its own with the tweet.

    Raises:
        Http404: the viewer does not see the tweet, or what they reply to.
    """
    card = card_or_404(tweet_id, request.user)
    try:
        reply_to = form["reply_to"].value() or None
        replied = reactions.replied_to(card.tweet, request.user, int(reply_to) if reply_to else None)
    except (CommentGoneError, ValueError) as error:
        raise Http404("no such comment") from error
    if request.htmx:
        return part(request, PART, card, status, form=form, replied=replied, is_open=True)
    context = {"card": card, "form": form, "replied": replied, "here": request.POST.get("next", "")}
    return render(request, "timeline/comment.html", context, status=status)


def refuse(request: MemberRequest, tweet_id: int, form: CommentForm) -> HttpResponse:
    """Show the form as it was filled in, with what is wrong about it."""
    try:
        return show_form(request, tweet_id, form, status=422)
    except Http404:
        return keep_text(request, form)


def keep_text(request: MemberRequest, form: CommentForm) -> HttpResponse:
    """Say that there is nothing left to comment on, and give the text back."""
    if request.htmx:
        return tell_gone(request)
    return render(request, "timeline/comment_gone.html", {"text": form.data.get("text", "")}, status=404)


def answer(request: MemberRequest, written: Comment) -> HttpResponse:
    """Show the comments with the new one."""
    if request.htmx:
        return part(request, PART, card_of(written.tweet_id, request.user), is_open=True)
    return redirect_back(request, otherwise=written.get_absolute_url())
