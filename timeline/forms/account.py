"""Signing up."""

from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from timeline.models import User


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
        if "@" in username:
            # A mention would end there, and be somebody else's.
            raise ValidationError(_("A user name cannot contain an @."))
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
