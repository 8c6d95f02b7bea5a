"""A new tweet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from timeline.forms.text import WrittenTextField
from timeline.models import Tweet
from timeline.models.tweet import MAX_LENGTH


class TweetForm(forms.ModelForm):
    """A new tweet of `instance.author`; with photos it needs no text."""

    # A browser would ask for text also where there are photos.
    use_required_attribute = False
    text = WrittenTextField(label=_("Tell your friends"), max_length=MAX_LENGTH)

    class Meta:
        model = Tweet
        fields = ["text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = not self.instance.photo_count
