from datetime import date
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from backend.sample.bookings import seed_bookings
from backend.sample.classes import seed_classes
from backend.sample.dispatch import seed_plan
from backend.sample.dispatch_requests import seed_requests
from backend.sample.learners import seed_learners
from backend.sample.offers import seed_gone, seed_offers
from backend.sample.people import SAMPLE_PASSWORD, seed_people
from backend.sample.programmes import seed_programmes
from backend.sample.residents import seed_residents
from backend.sample.supporters import seed_supporters
from backend.sample.world import seed_population, seed_shops
from geo.models import Municipality
from outreach.classes.programme import load_programme
from outreach.classes.rules import JST
from outreach.people.models import Organisation


class Command(BaseCommand):
    help = "Make a believable country of invented data from a fixed seed; every row is marked as sample."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1741)
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day around which classes lie (default: today)"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SAMPLE_MODE:
            raise CommandError("Sample data is for MODE=sample only; this process runs in production mode.")
        if not Municipality.objects.exists():
            raise CommandError("No municipalities yet: run `manage.py load_areas` first.")
        if Organisation.objects.filter(sample=True).exists():
            self.stdout.write("Sample data stands already; nothing changed.")
            return
        rng = Random(options["seed"])  # noqa: S311 - not for secrets
        today = options["today"] or timezone.now().astimezone(JST).date()
        load_programme()
        shopless = seed_shops(rng, seed_population(rng))
        staff = seed_people(rng)
        seed_classes(rng, staff, shopless, today=today)
        seed_bookings(rng)
        seed_requests(Random(options["seed"] + 1), staff, shopless, today=today)  # noqa: S311 - not for secrets
        seed_offers(rng, today, but=seed_plan(today))
        seed_gone(rng, today)
        seed_supporters(rng, today)
        seed_learners(Random(options["seed"] + 2), staff, today)  # noqa: S311 - not for secrets
        seed_programmes(rng, today)
        seed_residents(Random(options["seed"]))  # noqa: S311 - not for secrets
        self.stdout.write(
            f"Sample data stands: {len(shopless)} municipalities without a shop. Password: {SAMPLE_PASSWORD}"
        )
