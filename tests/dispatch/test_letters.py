"""Letters: read, kept once, accepted, amended, withdrawn."""

from datetime import date, time, timedelta

import pytest
from django.forms import ModelMultipleChoiceField
from django.test import Client
from django.utils import timezone

from outreach.classes import codes
from outreach.classes.models import Course, Venue
from outreach.contact.models import CallTask
from outreach.dispatch import services
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import (
    DispatchRequest,
    LetterStatus,
    Offer,
    OtherVenue,
    RequestLetter,
    RequestStatus,
)
from outreach.dispatch.openings import CannotRead, read_days, read_openings, write_openings
from outreach.dispatch.queries import MOST_WAITING, too_many_waiting
from tests import factories
from tests.dispatch import letters, rows


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("月〜金 9:00-17:00、土 9:00-12:00", "月火水木金 9:00-17:00、土 9:00-12:00"),
        ("火・木 18時30分〜20時30分", "火木 18:30-20:30"),
        ("毎日 9-17", "月火水木金土日 9:00-17:00"),
        ("金〜月　１０：００－１２：００", "月金土日 10:00-12:00"),
        ("平日 9時から17時まで", "月火水木金 9:00-17:00"),
        ("土日祝 10:00-16:00", "土日祝 10:00-16:00"),
        ("日・祝日 10時〜12時、月曜日 9-12", "月 9:00-12:00、日祝 10:00-12:00"),
        ("", ""),
    ],
)
def test_openings_are_read_as_offices_write_them(written: str, read: str) -> None:
    assert write_openings(read_openings(written)) == read


@pytest.mark.parametrize("written", ["9:00-17:00", "土 17:00-9:00", "月 25:00-26:00", "火 午前", "月〜金 9-17 土 9-12"])
def test_what_cannot_be_read_is_named(written: str) -> None:
    with pytest.raises(CannotRead, match="「"):
        read_openings(written)


def test_days_without_a_year_are_the_next_ones() -> None:
    since = date(2026, 11, 24)
    assert read_days("12/30〜1/2、2026-12-10", since=since) == [
        date(2026, 12, 10),
        date(2026, 12, 30),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 2),
    ]
    with pytest.raises(CannotRead):
        read_days("2/30", since=since)
    assert read_days("9999-12-31", since=since) == [date(9999, 12, 31)], "the last day that there is"


@pytest.mark.parametrize(
    ("written", "since", "first", "last"),
    [
        ("12/29〜1/3", date(2026, 12, 30), date(2026, 12, 29), date(2027, 1, 3)),  # asked on the second day of it
        ("12/29〜1/3", date(2027, 1, 2), date(2026, 12, 29), date(2027, 1, 3)),
        ("12/29〜1/3", date(2027, 1, 4), date(2027, 12, 29), date(2028, 1, 3)),
        ("11/20〜12/10", date(2026, 11, 29), date(2026, 11, 20), date(2026, 12, 10)),  # a letter accepted later
        ("2/29", date(2026, 12, 1), date(2028, 2, 29), date(2028, 2, 29)),
        ("2/25〜2/29", date(2028, 2, 27), date(2028, 2, 25), date(2028, 2, 29)),
        ("12/29〜2027/1/3", date(2026, 12, 30), date(2026, 12, 29), date(2027, 1, 3)),
        ("2026-12-29〜1/3", date(2027, 1, 2), date(2026, 12, 29), date(2027, 1, 3)),
    ],
)
def test_a_stretch_that_has_begun_is_this_one(written: str, since: date, first: date, last: date) -> None:
    read = read_days(written, since=since)
    assert (read[0], read[-1], len(read)) == (first, last, (last - first).days + 1)


@pytest.mark.django_db
class TestTheForm:
    def test_it_reads_all_that_was_asked(self) -> None:
        asked = letters.form(
            v1__more="水 18:00-20:30", v1__closed="12/29", v1__loop="on", needs=["sign"], hearing_loop="on"
        ).asked_or()
        assert asked is not None
        venue = asked.venues[0]
        assert (2, time(18), time(20, 30)) in venue.openings
        assert len(venue.openings) == 7
        assert venue.blackouts
        assert venue.loop
        assert (asked.needs, asked.hearing_loop, asked.crew) == (("sign",), True, 1)

    def test_a_town_is_offered_what_is_sent_and_not_its_neighbours_own_courses(self) -> None:
        ours = factories.course()
        Course.objects.create(
            code="own", name=ours.name, kana=ours.kana, level=ours.level, skill=ours.skill, dispatched=False
        )
        field = letters.form().fields["courses"]
        assert isinstance(field, ModelMultipleChoiceField)
        assert list(field.queryset or []) == [ours]
        assert not letters.form(courses=["own"]).is_valid()
        paper = Client().get("/dispatch/request/paper/").content.decode()
        assert paper.count(f"<li>{ours.name}</li>") == 1
        assert "第3希望の会場" in paper

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("learners_65", ""),
            ("heads", "0"),
            ("heads", "たくさん"),
            ("learners_65", "13"),
            ("sessions", "9"),
            ("earliest", "2020-01-01"),
            ("latest", "あした"),
            ("contact_phone", "110"),
            ("courses", ["no-such"]),
            ("note", "番号は 1234 5678 9018"),
            ("asked_by", "\u0000 "),
        ],
    )
    def test_each_fault_is_told_at_its_field(self, field: str, value: object) -> None:
        form = letters.form(**{field: value})
        assert not form.is_valid()
        assert list(form.errors) == [field]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("v1__closes", "08:00"),
            ("v1__more", "いつでも"),
            ("v1__closed", "夏休み"),
            ("v1__address", "東京都千代田区丸の内1-1"),
            ("v1__address", "札幌市中央区北1条西2丁目"),
            ("v1__address", "稚内市中央3丁目"),
            ("v1__name", ""),
            ("v2__name", "公民館"),
        ],
    )
    def test_so_are_those_of_venues(self, field: str, value: str) -> None:
        form = letters.form(**{field: value})
        assert not form.is_valid()
        number, name = field.replace("v", "").split("__")
        wrong = "address" if (name, number) == ("name", "2") else name
        assert list(form.venues[int(number) - 1].errors) == [wrong]


@pytest.mark.django_db
class TestTheService:
    def test_the_same_letter_sent_twice_is_one(self) -> None:
        first = letters.letter(key="web:x")
        assert letters.letter(key="web:x").pk == first.pk
        assert RequestLetter.objects.count() == 1

    def test_nothing_stands_until_it_is_accepted(self) -> None:
        letters.letter()
        assert not DispatchRequest.objects.exists()
        assert not Venue.objects.exists()

    def test_accepting_makes_a_request_of_each_course_and_keeps_the_other_venues(self) -> None:
        both = [factories.course().pk, factories.course("mail", name="メール").pk]
        letter, made = letters.accepted(courses=both, v2__name="公民館", v2__address="鬼志別 2", v2__more="土 9-12")
        assert {one.course_id for one in made} == set(both)
        assert {one.letter_id for one in made} == {letter.pk}
        assert {one.status for one in made} == {RequestStatus.RECEIVED}
        assert made[0].windows.count() == 6
        other = made[0].other_venues.get()
        assert (other.rank, other.venue.name, other.openings) == (2, "公民館", [[5, "09:00", "12:00"]])
        assert Venue.objects.count() == 2

    def test_it_is_accepted_once(self) -> None:
        letter, _made = letters.accepted()
        asked = letters.form().asked_or()
        assert asked
        with pytest.raises(services.RequestError):
            services.accept_letter(letter=letter, asked=asked, organisation=factories.organisation(), by=None)
        stale = RequestLetter(pk=letter.pk, status=LetterStatus.WAITING)
        with pytest.raises(services.RequestError):
            services.decline_letter(letter=stale, by=None, reason="")

    def test_amending_changes_adds_and_drops_courses_until_one_is_planned(self) -> None:
        rows.instructor()
        letter, (request,) = letters.accepted()
        mail = factories.course("mail", name="メール").pk
        form = letters.form(courses=[mail], heads="20")
        assert form.is_valid()
        services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=None)
        request.refresh_from_db()
        assert request.status == RequestStatus.WITHDRAWN
        new = letter.requests.get(course=mail)
        assert (new.heads, letter.written["heads"]) == (20, ["20"])
        rows.plan()
        with pytest.raises(services.RequestError):
            services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=None)

    def test_withdrawing_ends_every_request_of_it(self) -> None:
        rows.instructor()
        letter, (request,) = letters.accepted()
        rows.plan()
        services.withdraw_letter(letter=letter, by=None, reason="都合")
        request.refresh_from_db()
        assert request.status == RequestStatus.WITHDRAWN
        assert [event.new for event in letter.events.all()] == ["waiting", "accepted", "withdrawn"]
        services.withdraw_letter(letter=letter, by=None, reason="もう一度")
        assert letter.events.count() == 3

    def test_whoever_asked_is_rung_once_when_the_instructor_is_settled(self) -> None:
        rows.instructor()
        letter, (_request,) = letters.accepted()
        plan = rows.plan()
        services.publish_plan(plan=plan, by=None)
        services.accept_offer(offer=Offer.objects.get(), now=rows.now())
        call = CallTask.objects.get(number=letter.contact_phone)
        assert codes.show_code(letter.reference) in call.fields["text"]

    def test_a_declined_letter_can_be_taken_up_again(self) -> None:
        letter = letters.letter()
        services.decline_letter(letter=letter, by=None, reason="電話がつながらない")
        services.reopen_letter(letter=letter, by=None)
        assert RequestLetter.objects.get().status == LetterStatus.WAITING

    def test_another_venue_takes_the_first_ones_place_and_back(self) -> None:
        _letter, (request,) = letters.accepted(v2__name="公民館", v2__address="鬼志別 2", v2__more="土 9-12")
        first, other = request.venue, request.other_venues.get()
        services.choose_venue(request=request, other=other, by=None)
        assert request.venue.name == "公民館"
        week = rows.monday()
        problem = build_problem(prefecture="01", first=week, last=week + timedelta(days=6))
        (visit,) = problem.visits
        assert {start // 1440 for start in visit.starts if visit.place_at(start) == visit.place} == {5}
        assert visit.place == f"v{request.venue_id}"
        assert {one.place for one in visit.elsewhere} == {f"v{first.pk}"}
        services.choose_venue(request=request, other=OtherVenue.objects.get(), by=None)
        assert request.venue == first
        assert request.windows.count() == 6

    def test_what_was_amended_meanwhile_is_not_accepted_as_it_was(self) -> None:
        letter = letters.letter()
        stale, asked = RequestLetter.objects.get(pk=letter.pk), letters.form().asked_or()
        changed = letters.form(heads="33")
        assert asked is not None
        assert changed.is_valid()
        services.amend_letter(letter=letter, asked=changed.asked(), written=changed.written(), by=None)
        with pytest.raises(services.RequestError, match="いま内容を直しました"):
            services.accept_letter(letter=stale, asked=asked, organisation=factories.organisation(), by=None)
        assert not DispatchRequest.objects.exists()

    def test_a_stranger_from_the_web_fills_no_list_without_end(self) -> None:
        town = factories.municipality()
        RequestLetter.objects.bulk_create(
            RequestLetter(
                reference=str(n), key=str(n), channel="web", municipality=town, received_on=timezone.localdate()
            )
            for n in range(MOST_WAITING)
        )
        assert too_many_waiting(town.pk)

    def test_what_ended_is_not_asked_for_again_by_amending_the_rest(self) -> None:
        both = [factories.course().pk, factories.course("mail", name="メール").pk]
        letter, made = letters.accepted(courses=both)
        form, again = letters.form(courses=both, heads="20"), letters.form(courses=both, heads="21")
        assert form.is_valid()
        assert again.is_valid()
        services.withdraw_request(request=made[0], by=None, reason="電話で")
        services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=None)
        assert [one.heads for one in letter.requests.order_by("pk")] == [12, 20]
        DispatchRequest.objects.filter(pk=made[0].pk).update(status=RequestStatus.AGREED)
        services.amend_letter(letter=letter, asked=again.asked(), written=again.written(), by=None)
        assert letter.requests.count() == 2
        services.withdraw_request(request=letter.requests.get(pk=made[1].pk), by=None, reason="電話で")
        with pytest.raises(services.RequestError, match="終わっている"):
            services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=None)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["courses", "needs", "v1__weekdays", "asked_by", "v1__more", "v1__closed", "note"])
def test_no_letter_holds_a_nul(field: str) -> None:
    value = ["\0"] if field in {"courses", "needs", "v1__weekdays"} else "a\0b"
    assert letters.form(**{field: value}).asked_or() is None
