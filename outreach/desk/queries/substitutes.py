"""Who could take someone's shift, by the rules of `people.ranking`."""

from collections import Counter

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.models import Shift
from outreach.desk.queries.staffing import within_reach
from outreach.dispatch.overwork import who_overworks
from outreach.people.models import Supporter
from outreach.people.queries import clock_of, standings
from outreach.people.ranking import Candidate, Rule, nearness, weigh
from outreach.people.rules import Scope
from outreach.people.standing import Wanted, hindrances

NEAR = Rule("near", gettext_lazy("距離"), 50)
LIGHT = Rule("light", gettext_lazy("今月の負担"), 30)
KNOWS = Rule("knows", gettext_lazy("会場を知っている"), 20)
KNOWN_AFTER = 3
AROUND = ("person__municipality", "person__instructor", "person__travel_limits")


def substitutes(shift: Shift, scope: Scope) -> list[Candidate]:
    """Everyone in reach (law 7) with reasons or hindrances. 14 statements, however many.

    Who teaches too and would pass a limit by it is marked, not left out: the office may have a reason.

    For a teacher's shift, those who are certified are asked on the page of the staff; here are helpers.
    """
    session = shift.session
    people = within_reach(session, scope).filter(supporter__isnull=False).exclude(shifts__session=session)
    supporters = list(Supporter.objects.filter(person__in=people).select_related(*AROUND))
    wanted = Wanted(session.starts_at, session.ends_at)
    known = standings(supporters, wanted, (session.venue.lat, session.venue.lon))
    over = who_overworks(
        [one.person for one in supporters], session.starts_at, session.ends_at, (session.venue.lat, session.venue.lon)
    )
    been = _been_there(shift, [one.person_id for one in supporters])
    rows = []
    for one in supporters:
        standing, times = known[one.person_id], been[one.person_id]
        rows.append(
            Candidate(
                person=one.person_id,
                name=one.person.name,
                kana=one.person.kana,
                note="・".join(
                    filter(None, [str(one.person.municipality), one.get_kind_display(), over.get(one.person_id, "")])
                ),
                hindrances=hindrances(standing, wanted, clock=clock_of(wanted)),
                reasons=(
                    nearness(
                        NEAR,
                        standing.km,
                        standing.reach_km,
                        _("%(km).1fkm・約%(minutes)s分") % {"km": standing.km, "minutes": standing.minutes},
                    ),
                    weigh(
                        LIGHT,
                        1 - standing.load / standing.limit if standing.limit else 0,
                        _("今月%(load)s回（上限%(limit)s回）") % {"load": standing.load, "limit": standing.limit},
                    ),
                    weigh(KNOWS, times / KNOWN_AFTER, _("この会場で%(n)s回") % {"n": times}),
                ),
            )
        )
    return rows


def _been_there(shift: Shift, keys: list[int]) -> Counter[int]:
    """How often each has helped in this room. 1 statement."""
    there = Shift.objects.filter(person__in=keys, session__venue=shift.session.venue_id, minutes__gt=0)
    counted = there.order_by().values("person_id").annotate(n=Count("pk"))
    return Counter({row["person_id"]: row["n"] for row in counted})
