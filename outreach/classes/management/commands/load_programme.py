from typing import Any

from django.core.management.base import BaseCommand

from outreach.classes.programme import load_programme


class Command(BaseCommand):
    help = "Load the programme's years, ratios and courses (adds and corrects, never deletes)."

    def handle(self, *args: Any, **options: Any) -> None:
        load_programme()
        self.stdout.write("Programme years, rules, skills and courses stand.")
