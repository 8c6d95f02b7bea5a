"""System checks: what can be caught before anything starts."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

# What the kernel allows for the path of a unix socket, without the closing zero.
LONGEST_SOCKET_PATH = 107


@register()
def check_broker_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001, E002: BEANSTALKD_ADDRESS is a socket path that the kernel takes, or host:port."""
    address = settings.BEANSTALKD_ADDRESS
    if address.startswith("/"):
        if len(address.encode()) <= LONGEST_SOCKET_PATH:
            return []
        return [
            Error(
                f"BEANSTALKD_ADDRESS is longer than the {LONGEST_SOCKET_PATH} bytes of a socket path: {address}",
                hint="Set VAR_DIR or BEANSTALKD_ADDRESS to a shorter path.",
                id="timeline.E001",
            )
        ]
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and 0 < int(port) < 2**16:
        return []
    return [
        Error(
            f"BEANSTALKD_ADDRESS is {address!r}; expected the absolute path of a unix socket, or host:port.",
            id="timeline.E002",
        )
    ]
