"""What people set for themselves."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from timeline.forms.text import is_visible
from timeline.models import User
from timeline.photos.reading import ACCEPT

# Characters that turn around the direction of what follows, or mark it: in a name they would reach into the page.
DIRECTIONS = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"),
)


class ShortText(forms.CharField):
    """One line; white space is one blank, and characters that turn the direction are left out."""

    def to_python(self, value: Any) -> str:
        line = " ".join(str(super().to_python(value)).translate(DIRECTIONS).split())
        return line if is_visible(line) else ""


class ProfileForm(forms.ModelForm):
    """What others see of a person, and how far back."""

    name = ShortText(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("What friends call you. Without one your user name is shown."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
    )
    about = ShortText(
        label=_("A line about you"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    class Meta:
        model = User
        fields = ("name", "about", "look_back", "language")
        labels: ClassVar[dict] = {
            "look_back": _("How far back friends may look"),
            "language": _("Language"),
        }
        help_texts: ClassVar[dict] = {
            "look_back": _("You yourself always see everything. Nothing is deleted."),
            "language": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [("", _("As the browser prefers")), *language.choices[1:]]


class PictureForm(forms.Form):
    """A new picture of oneself."""

    picture = forms.FileField(
        label=_("New picture"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": _("Choose a photo first.")},
    )


class DeleteAccountForm(forms.Form):
    """The password, so that nobody deletes an account on a machine that was left open.

    Args:
        person: whose password it must be.
    """

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self.person.check_password(password):
            raise ValidationError(_("This is not your password."))
        return password
