"""Text that people write."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Unicode categories that leave nothing to see: controls, zero-width marks, separators, accents without a letter.
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}
# Letters and symbols by category that are drawn as a blank all the same: Hangul fillers, the empty Braille cell.
BLANK = set("\u115f\u1160\u3164\uffa0\u2800")


def is_visible(text: str) -> bool:
    """Tell whether a reader would see anything of the text."""
    return any(letter not in BLANK and unicodedata.category(letter) not in UNSEEN for letter in text)


class WrittenTextField(forms.CharField):
    """A text of a few lines. A line break counts as one character, though browsers send two."""

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
