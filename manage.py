#!/usr/bin/env python
"""Run Trellis' commands: `manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a wrong setting needs a sentence, not a stack trace
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
