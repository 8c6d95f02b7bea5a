"""A new tweet."""

from django import forms
from django.utils.translation import gettext_lazy as _

from timeline.forms.text import WrittenTextField
from timeline.models import Tweet
from timeline.models.tweet import MAX_LENGTH


class TweetForm(forms.ModelForm):
    """A new tweet of `instance.author`."""

    text = WrittenTextField(label=_("Tell your friends"), max_length=MAX_LENGTH)

    class Meta:
        model = Tweet
        fields = ["text"]
