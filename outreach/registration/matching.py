"""Who could help someone, the fittest first, by rules with weights; who may not be asked apart, with every reason."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.people.models import Person, Supporter
from outreach.people.queries import clock_of, skills_on, standings
from outreach.people.ranking import Candidate, Reason, Rule, nearness, weigh
from outreach.people.standing import Standing, Wanted, hindrances
from outreach.registration.models import Support, SupportHelper

KNOWN = Rule("known", gettext_lazy("顔なじみ"), 30)
SKILL = Rule("skill", gettext_lazy("技能"), 25)
NEAR = Rule("near", gettext_lazy("距離"), 20)
GENDER = Rule("gender", gettext_lazy("性別の希望"), 15)
LIGHT = Rule("light", gettext_lazy("今月の負担"), 10)
FAMILIAR = 3  # visits after which someone counts as well known


def candidates(support: Support) -> list[Candidate]:
    """Everyone of the organisation, with reasons or hindrances: see `people.ranking.rank`. 12 statements at most.

    `support` has its time. Raises: ValueError where it has none.
    """
    supporters = list(
        Supporter.objects.filter(organisation=support.organisation_id)
        .select_related("person__municipality")
        .order_by("person__kana", "pk")
    )
    return _candidates(support, supporters)


def why_not(support: Support, person: Person) -> tuple[str, ...]:
    """Every reason why this person may not be asked; none where they may."""
    supporter = Supporter.objects.filter(person=person, organisation=support.organisation_id).select_related("person")
    found = _candidates(support, list(supporter))
    return found[0].hindrances if found else (_("この団体のサポーターではありません"),)


def _candidates(support: Support, supporters: list[Supporter]) -> list[Candidate]:
    wanted = wanted_of(support)
    place = None if support.remote else (support.lat, support.lon)
    known = standings(supporters, wanted, place, ignore=support.subject)
    keys = [one.person_id for one in supporters]
    skills = skills_on(keys, timezone.localtime(wanted.starts_at).date())
    visits = _visits(support, keys)
    asked = set(support.helpers.values_list("person_id", flat=True))
    return [
        Candidate(
            person=one.person_id,
            name=one.person.name,
            kana=one.person.kana,
            reasons=reasons(
                support, one, known[one.person_id], visits=visits[one.person_id], skills=skills[one.person_id]
            ),
            hindrances=_hindrances(known[one.person_id], wanted, already=one.person_id in asked),
            note=f"{one.person.municipality}・{one.get_kind_display()}",
        )
        for one in supporters
    ]


def wanted_of(support: Support) -> Wanted:
    if support.starts_at is None or support.ends_at is None:
        raise ValueError("the support has no time yet")
    return Wanted(support.starts_at, support.ends_at, remote=support.remote)


def _hindrances(standing: Standing, wanted: Wanted, *, already: bool) -> tuple[str, ...]:
    found = hindrances(standing, wanted, clock=clock_of(wanted))
    return (*found, _("もう打診しました")) if already else found


def _visits(support: Support, keys: Iterable[int]) -> Counter[int]:
    """How often each has helped this resident. 1 statement."""
    earlier = SupportHelper.objects.filter(
        person__in=list(keys), support__resident=support.resident_id, left_at__isnull=False
    )
    counted = earlier.order_by().values("person_id").annotate(n=Count("pk"))
    return Counter({row["person_id"]: row["n"] for row in counted})


def reasons(
    support: Support, supporter: Supporter, standing: Standing, *, visits: int, skills: set[str]
) -> tuple[Reason, ...]:
    """Points by each rule. Pure, given what is known."""
    return (
        _known(visits),
        _skill(support, skills),
        _near(support, standing),
        _gender(support, supporter),
        weigh(
            LIGHT,
            1 - standing.load / standing.limit if standing.limit else 0,
            _("今月%(load)s回（上限%(limit)s回）") % {"load": standing.load, "limit": standing.limit},
        ),
    )


def _known(visits: int) -> Reason:
    if not visits:
        return weigh(KNOWN, 0, _("はじめて"))
    return weigh(KNOWN, 0.7 + 0.1 * min(visits, FAMILIAR), _("これまで%(n)s回") % {"n": visits})


def _skill(support: Support, skills: set[str]) -> Reason:
    if support.skill_id is None:
        return weigh(SKILL, 1, _("特別な技能は要らない"))
    has = support.skill_id in skills
    words = _("%(skill)sができる") if has else _("%(skill)sの資格はない")
    return weigh(SKILL, has, words % {"skill": support.skill})


def _near(support: Support, standing: Standing) -> Reason:
    if support.remote:
        return weigh(NEAR, 1, _("電話なので、距離は問わない"))
    words = _("%(km).1fkm・約%(minutes)s分") % {"km": standing.km, "minutes": standing.minutes}
    return nearness(NEAR, standing.km, standing.reach_km, words)


def _gender(support: Support, supporter: Supporter) -> Reason:
    if not support.gender_wish:
        return weigh(GENDER, 1, _("希望なし"))
    fits = supporter.gender == support.gender_wish
    return weigh(GENDER, fits, _("希望どおり") if fits else _("希望と違うか、分からない"))
