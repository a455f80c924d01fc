"""A world of every result that an effect can have, so that the dialogue is walked without a database."""

from datetime import datetime, timedelta

from outreach.classes.codes import check_digit
from outreach.classes.rules import JST
from outreach.phone.dialogue import effects as e
from outreach.phone.dialogue import heard as h
from outreach.phone.dialogue.facts import BookingFacts, ClassFacts, Reason, Standing

STARTS = datetime(2026, 11, 30, 13, 30, tzinfo=JST)
CODE = "123456" + check_digit("123456")
REFERENCE = "1234567" + check_digit("1234567")
RECORDING = "RE" + "0" * 32


def facts(pk: int = 1, seats: int = 3) -> ClassFacts:
    return ClassFacts(
        pk, CODE, "猿払村", "サルフツムラ", "電話のかけ方", "デンワノカケカタ", "交流センター", "コウリュウセンター",
        STARTS, STARTS + timedelta(hours=1), seats,
    )  # fmt: skip


def booking(standing: Standing = Standing.BOOKED, kana: str = "") -> BookingFacts:
    return BookingFacts(7, REFERENCE, standing, facts(), kana)


def results(effect: e.Effect) -> list[h.Result]:
    """Every result that this effect can have."""
    match effect:
        case e.FindClass():
            unknown, shut = h.Refused(Reason.UNKNOWN), h.Refused(Reason.NOT_OPEN)
            return [h.FoundClass(facts()), h.FoundClass(facts(seats=0)), unknown, shut]
        case e.FindNear():
            one, three = (facts(),), (facts(), facts(2), facts(3, seats=0))
            return [h.FoundNear(three), h.FoundNear(one), h.FoundNear(()), h.Refused(Reason.UNKNOWN)]
        case e.ReadNumber():
            return [h.FoundNumber("+819000000001"), h.Refused(Reason.UNKNOWN)]
        case e.Book():
            return _results_of_book(effect)
        case e.FindOwn():
            found = [h.FoundOwn(booking(standing, "ヤマダ ハナコ")) for standing in Standing]
            return [*found, h.Refused(Reason.UNKNOWN), h.Refused(Reason.TOO_MANY)]
        case e.Cancel() | e.Accept():
            return [h.Done(), h.Refused(Reason.TOO_LATE)]
        case e.Move():
            refused = [h.Refused(reason) for reason in (Reason.ALREADY, Reason.NOT_OPEN, Reason.TOO_LATE)]
            return [h.Booked(booking()), h.Full(), *refused]
        case e.Reach():
            return [h.PersonThere("+81300000101"), h.NobodyThere()]
    return [h.Done()]


def _results_of_book(effect: e.Book) -> list[h.Result]:
    found: list[h.Result] = [h.Booked(booking()), h.Booked(booking(kana="ヤマダ ハナコ"))]
    found += [h.Refused(Reason.ALREADY), h.Refused(Reason.NOT_OPEN)]
    found += [h.Booked(booking(Standing.QUEUED))] if effect.queue else [h.Full()]
    return found if effect.sure or effect.same else [*found, h.SameNumber()]
