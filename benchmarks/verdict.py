"""What an audit finds, and what follows from it."""

from dataclasses import dataclass


class NotTrueError(Exception):
    """Timelines do not hold what they must."""


@dataclass(frozen=True)
class Audited:
    """What was compared: entries that there must be, those that are missing, and those that must not be."""

    entries: int
    missing: int
    extra: int

    def insist(self, contender: str) -> None:
        """Accept the run, or raise NotTrueError."""
        if self.missing or self.extra or not self.entries:
            raise NotTrueError(f"{contender}: {self.entries} entries, {self.missing} missing, {self.extra} extra")
