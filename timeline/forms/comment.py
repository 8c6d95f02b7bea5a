"""A new comment."""

from django import forms
from django.utils.translation import gettext_lazy as _

from timeline.forms.text import WrittenTextField
from timeline.models.comment import MAX_LENGTH


class CommentForm(forms.Form):
    """A comment on a tweet, or a reply to a comment on it."""

    text = WrittenTextField(label=_("Write a comment"), max_length=MAX_LENGTH)
    reply_to = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
