"""Busy times out of other calendars' files: what counts, what does not, and what a hostile file cannot do."""

import time as clock
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import vRecur

from outreach.people.ics import MOST_BYTES, BadCalendar, Horizon, busy_times
from outreach.people.repeating import days, read_rule

JAPAN = ZoneInfo("Asia/Tokyo")
SINCE = datetime(2026, 6, 1, tzinfo=JAPAN)
HORIZON = Horizon(SINCE, SINCE + timedelta(days=30), JAPAN)


def ics(*events: str, rest: str = "") -> bytes:
    body = "\r\n".join(f"BEGIN:VEVENT\r\nUID:{n}\r\n{event}\r\nEND:VEVENT" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\n{rest}{body}\r\nEND:VCALENDAR\r\n".encode()


def spans(*events: str) -> list[str]:
    found = busy_times(ics(*events), HORIZON)
    return [f"{a.astimezone(JAPAN):%d %H:%M}-{b.astimezone(JAPAN):%d %H:%M}" for a, b in found]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20260603T010000Z\r\nDTEND:20260603T020000Z", ["03 10:00-03 11:00"]),
        ("DTSTART:20260603T100000\r\nDURATION:PT90M", ["03 10:00-03 11:30"]),
        ("DTSTART;TZID=Asia/Tokyo:20260603T100000\r\nDTEND;TZID=Asia/Tokyo:20260603T110000", ["03 10:00-03 11:00"]),
        ("DTSTART;VALUE=DATE:20260605", ["05 00:00-06 00:00"]),
        ("DTSTART;VALUE=DATE:20260605\r\nDTEND;VALUE=DATE:20260607", ["05 00:00-07 00:00"]),
        ("DTSTART:20260603T100000", []),  # no time at all
        ("DTSTART:20260603T100000\r\nDTEND:20260603T110000\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20260603T100000\r\nDTEND:20260603T110000\r\nSTATUS:CANCELLED", []),
        ("DTSTART:20250603T100000\r\nDTEND:20250603T110000", []),
        ("DTSTART:20260531T230000\r\nDTEND:20260601T010000", ["01 00:00-01 01:00"]),  # cut to the horizon
        ("SUMMARY:without a time", []),
    ],
)
def test_one_event(event: str, expected: list[str]) -> None:
    assert spans(event) == expected


def test_repetitions_are_written_out_within_the_horizon() -> None:
    weekly = "DTSTART:20200101T090000\r\nDTEND:20200101T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=WE"
    assert spans(weekly) == [f"{day:02d} 09:00-{day:02d} 10:00" for day in (3, 10, 17, 24)]
    assert spans(weekly + ";COUNT=3") == []
    assert spans(weekly + ";UNTIL=20260610T235959") == ["03 09:00-03 10:00", "10 09:00-10 10:00"]
    assert spans(weekly + "\r\nEXDATE:20260610T090000,20260617T090000") == ["03 09:00-03 10:00", "24 09:00-24 10:00"]
    assert spans("DTSTART:20260603T090000\r\nDURATION:PT1H\r\nRDATE:20260605T090000") == [
        "03 09:00-03 10:00",
        "05 09:00-05 10:00",
    ]
    assert spans("DTSTART;VALUE=DATE:19400605\r\nRRULE:FREQ=YEARLY") == ["05 00:00-06 00:00"]


def test_nine_o_clock_abroad_stays_nine_o_clock_there() -> None:
    event = "DTSTART;TZID=America/New_York:20260101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15"
    assert spans(event) == ["15 22:00-15 23:00"]  # daylight saving time there, by then


def test_one_occurrence_told_otherwise_replaces_its_own() -> None:
    raw = ics(
        "DTSTART:20260603T090000\r\nDTEND:20260603T100000\r\nRRULE:FREQ=WEEKLY;COUNT=2",
    ).replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID:20260610T090000\r\nDTSTART:20260611T140000\r\n"
        b"DTEND:20260611T150000\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    found = [f"{a.astimezone(JAPAN):%d %H}" for a, _b in busy_times(raw, HORIZON)]
    assert found == ["03 09", "11 14"]


def test_what_we_told_a_calendar_is_not_told_back() -> None:
    raw = ics("DTSTART:20260603T090000\r\nDTEND:20260603T100000").replace(b"UID:0", b"UID:session-1@tsutsuura")
    assert busy_times(raw, HORIZON) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"x" * (MOST_BYTES + 1),
        ics("DTSTART:20260603T000000\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY"),
        ics("DTSTART:20260603T000000\r\nDURATION:PT1S\r\nRRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=1,2"),
        ics("DTSTART:00010101T000000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"),
        ics("DTSTART:20260603T000000\r\nDURATION:PT1H\r\nRRULE:FREQ=NEVER"),
        ics("DTSTART:20260603T000000\r\nDURATION:P99999999999D"),
        ics("DTSTART:20260603T000000\r\nDURATION:P9999999D"),
        ics("DTSTART:20260603T000000\r\nDURATION:P900000D\r\nRRULE:FREQ=DAILY"),
        ics("DTSTART;VALUE=DATE:99991231"),
        ics(*["DTSTART:20260601T000000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"] * 400),
    ],
)
def test_a_bad_or_hostile_file_is_refused_in_words_and_soon(raw: bytes) -> None:
    began = clock.process_time()
    with pytest.raises(BadCalendar) as refused:
        busy_times(raw, HORIZON)
    assert str(refused.value)
    assert clock.process_time() - began < 5


def test_rules_that_never_come_true_end_soon_however_many() -> None:
    never = "DTSTART:20200101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ={};BYMONTH=2;BYMONTHDAY=30"
    began = clock.process_time()
    assert spans(*[never.format(often) for often in ("DAILY", "MONTHLY", "YEARLY")] * 200) == []
    assert clock.process_time() - began < 5
    with pytest.raises(BadCalendar):
        spans(*[never.format("DAILY").replace("2020", "1970") + ";COUNT=1"] * 40)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_days_are_those_of_dateutil_wherever_that_ends(data: st.DataObject) -> None:
    """Another's reading of the same rule, on rules that come true."""
    often = data.draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    nth = "" if often in {"DAILY", "WEEKLY"} else data.draw(st.sampled_from(["", "", "1", "-1", "2"]))
    parts = {
        "INTERVAL": data.draw(st.sampled_from(["", "1", "2", "3"])),
        "COUNT": data.draw(st.sampled_from(["", "", "1", "7"])),
        "BYDAY": ",".join(nth + day for day in data.draw(st.sets(st.sampled_from(["MO", "WE", "SU"]), max_size=2))),
        "BYMONTH": data.draw(st.sampled_from(["", "", "1,6,7"])),
        "BYMONTHDAY": "" if often == "WEEKLY" else data.draw(st.sampled_from(["", "", "5,-1"])),
        "WKST": data.draw(st.sampled_from(["", "SU", "MO"])),
    }
    if often in {"MONTHLY", "YEARLY"} and (parts["BYDAY"] or parts["BYMONTHDAY"]):
        parts["BYSETPOS"] = data.draw(st.sampled_from(["", "1", "-1"]))
    text = ";".join([f"FREQ={often}", *(f"{name}={value}" for name, value in parts.items() if value)])
    first = data.draw(st.dates(date(2020, 1, 1), date(2024, 12, 31)))
    last = date(2026, 11, 27)
    theirs = rrulestr(text, dtstart=datetime.combine(first, time()))
    wanted = [at.date() for at in takewhile(lambda at: at.date() <= last, islice(theirs, 5000))]
    rule = read_rule(vRecur.from_ical(text))
    assert list(days(rule, first, last)) == wanted
    since = date(2026, 6, 1)
    assert [day for day in days(rule, first, last, since=since) if day >= since] == [d for d in wanted if d >= since]


def test_a_fortnightly_event_keeps_its_weeks_however_old() -> None:
    assert spans("DTSTART:20200108T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;INTERVAL=2") == [
        "03 09:00-03 10:00",
        "17 09:00-17 10:00",
    ]
