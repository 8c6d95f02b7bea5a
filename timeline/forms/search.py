"""Finding people."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """The beginning of a name."""

    q = forms.CharField(
        label=_("Find people"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
