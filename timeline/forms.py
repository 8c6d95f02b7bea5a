"""What people fill in."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from timeline.models import Tweet, User
from timeline.models.tweet import MAX_LENGTH

# Unicode categories that leave nothing to see: controls, zero-width marks, separators, accents without a letter.
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}
# Letters and symbols by category that are drawn as a blank all the same: Hangul fillers, the empty Braille cell.
BLANK = set("\u115f\u1160\u3164\uffa0\u2800")


def is_visible(text: str) -> bool:
    """Tell whether a reader would see anything of the text."""
    return any(letter not in BLANK and unicodedata.category(letter) not in UNSEEN for letter in text)


class TweetTextField(forms.CharField):
    """The text of a tweet. A line break counts as one character, though browsers send two."""

    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    default_error_messages = {
        "required": _("Write something first."),
        "max_length": _("At most %(limit_value)d characters fit; this has %(show_value)d."),
    }

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")
        return text if is_visible(text) else ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength: browsers would cut off a pasted text without a word, and count emoji as two.
        return {}


class TweetForm(forms.ModelForm):
    """A new tweet of `instance.author`."""

    text = TweetTextField(label=_("Tell your friends"), max_length=MAX_LENGTH)

    class Meta:
        model = Tweet
        fields = ["text"]


class SignUpForm(UserCreationForm):
    """A new person. Django's form refuses user names that differ only in case."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username",)

    def clean_username(self) -> str:
        username = str(super().clean_username())
        if not username.strip("."):
            # They would be lost in an address: browsers resolve /people/../ before they ask.
            raise ValidationError(_("A user name cannot consist of dots alone."))
        return username

    def save(self, commit: bool = True) -> User:
        """Store the person.

        Raises:
            ValidationError: somebody took the name since it was checked.
        """
        try:
            with transaction.atomic():
                person: User = super().save(commit)
        except IntegrityError as error:
            raise ValidationError({"username": User._meta.get_field("username").error_messages["unique"]}) from error
        return person


class SearchForm(forms.Form):
    """The beginning of a name."""

    q = forms.CharField(
        label=_("Find people"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
