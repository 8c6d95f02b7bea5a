"""What a browser needs to know to put Trellis among the apps of a phone or a desktop."""

from dataclasses import dataclass

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# `--paper` and `--card` of trellis.css in the light theme; the page itself says which bar goes with which theme.
PAPER, BAR = "#f5f7f4", "#ffffff"


@dataclass(frozen=True)
class Icon:
    """An icon of the app, drawn from icon.svg.

    Attributes:
        purpose: "maskable" if a system may cut it to a shape of its own, else "any".
    """

    path: str
    size: int
    purpose: str = "any"

    def described(self) -> dict[str, str]:
        sizes = f"{self.size}x{self.size}"
        return {"src": static(self.path), "sizes": sizes, "type": "image/png", "purpose": self.purpose}


ICONS = (
    Icon("timeline/icons/192.png", 192),
    Icon("timeline/icons/512.png", 512),
    Icon("timeline/icons/maskable-512.png", 512, "maskable"),
)


# For the browser alone: the language is the visitor's. Nothing private is in it, so it need not be asked for each time.
@cache_control(private=True, max_age=3600)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Describe Trellis as an app, to anybody; browsers ask for it without saying who is signed in."""
    home = reverse("home")
    described = {
        "id": home,
        "name": "Trellis",
        "short_name": "Trellis",
        "description": _("A circle of friends: what one posts, their friends see."),
        "lang": get_language(),
        "dir": "ltr",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "theme_color": BAR,
        "background_color": PAPER,
        "categories": ["social"],
        "icons": [icon.described() for icon in ICONS],
    }
    return JsonResponse(described, content_type="application/manifest+json")
