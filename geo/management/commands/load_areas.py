"""Load prefectures, municipalities, wards, old codes and the default areas from the data file."""

from typing import Any

from django.core.management.base import BaseCommand

from geo.services import load_areas


class Command(BaseCommand):
    help = "Load the areas that come with the code. Repeating it changes nothing; imported boundaries stay in use."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_areas()
        self.stdout.write(
            f"{loaded.prefectures} prefectures, {loaded.municipalities} municipalities (6 northern villages), "
            f"{loaded.wards} wards, {loaded.old_codes} old codes; areas in use: {loaded.boundaries}"
        )
