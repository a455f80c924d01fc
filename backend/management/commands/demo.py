"""manage.py demo: the web server and the job worker together, on sample data."""

import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.demo import prepare, serve


class Command(BaseCommand):
    help = "Prepare sample data where it is missing, then run everything until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SAMPLE_MODE:
            raise CommandError("The demo runs in sample mode only: unset MODE.")
        port = options["port"]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise CommandError(f"Port {port} is taken: make demo PORT=8010")
        prepare()
        sys.exit(serve(port))
