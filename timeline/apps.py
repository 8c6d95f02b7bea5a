"""The one Django application of Trellis."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    """Registers the models, the system checks and the signal receiver."""

    name = "timeline"
    verbose_name = "Trellis"

    def ready(self) -> None:
        from timeline import checks, signals  # noqa: F401  (importing registers them)
