"""The office. Addresses hold class codes and row numbers; what names a person travels by POST."""

from django.urls import URLPattern, path

from outreach.desk.views import (
    answers,
    attendance,
    bookings,
    calendar,
    calls,
    check_in,
    flyers,
    phone,
    session,
    sessions,
    slips,
    staffing,
    today,
)

app_name = "desk"
ONE = "staff/sessions/<str:code>/"
staff: list[URLPattern] = [
    path("staff/", today.today, name="today"),
    path("staff/mine/", today.own_work, name="own-work"),
    # sessions
    path("staff/sessions/", sessions.sessions, name="sessions"),
    path("staff/sessions/calendar/", calendar.calendar, name="calendar"),
    path("staff/sessions/new/", sessions.session_new, name="session-new"),
    path("staff/venues/new/", sessions.venue_new, name="venue-new"),
    path(ONE, session.session, name="session"),
    path(f"{ONE}edit/", session.edit, name="edit"),
    path(f"{ONE}publish/", session.publish, name="publish"),
    path(f"{ONE}confirm/", session.confirm, name="confirm"),
    path(f"{ONE}unconfirm/", session.unconfirm, name="unconfirm"),
    path(f"{ONE}move/", session.move, name="move"),
    path(f"{ONE}cancel/", session.cancel, name="cancel"),
    path(f"{ONE}merge/", session.merge, name="merge"),
    path(f"{ONE}answers/", answers.answers, name="answers"),
    path("staff/answers/<int:pk>/", answers.take, name="answer-take"),
    path("staff/answers/<int:pk>/back/", answers.take_back, name="answer-back"),
    path(f"{ONE}flyer/", flyers.flyer, name="flyer"),
    path(f"{ONE}flyer/series/", flyers.series_flyer, name="series-flyer"),
    path(f"{ONE}form/", flyers.blank_form, name="blank-form"),
    path("staff/flyers/", flyers.month_flyer, name="month-flyer"),
    # who teaches and helps
    path(f"{ONE}staffing/", staffing.staffing, name="staffing"),
    path(f"{ONE}staffing/assign/", staffing.assign, name="assign"),
    path(f"{ONE}staffing/<int:shift>/remove/", staffing.unassign, name="unassign"),
    path(f"{ONE}staffing/exception/", staffing.ask_exception, name="ask-exception"),
    path(f"{ONE}staffing/exception/approve/", staffing.approve_exception, name="approve-exception"),
    # the day itself
    path(f"{ONE}roster/", attendance.roster, name="roster"),
    path(f"{ONE}attendance/", attendance.attendance, name="attendance"),
    path(f"{ONE}attendance/<int:pk>/", attendance.mark, name="mark"),
    path(f"{ONE}arrivals/", check_in.arrivals, name="arrivals"),
    path(f"{ONE}poster/", check_in.poster, name="poster"),
    path(f"{ONE}close/", attendance.close, name="close"),
    path(f"{ONE}reopen/", attendance.reopen, name="reopen"),
    path(f"{ONE}report/", attendance.report, name="report"),
    path("staff/check-in/", check_in.check_in, name="check-in"),
    path("staff/check-in/worker.js", check_in.worker, name="check-in-worker"),
    path("staff/check-in/scans/", check_in.scans, name="check-in-scans"),
    path(f"{ONE}book/", phone.book, name="book"),
    # bookings
    path("staff/bookings/", bookings.bookings, name="bookings"),
    path("staff/bookings/<int:pk>/", bookings.booking, name="booking"),
    path("staff/bookings/<int:pk>/cancel/", bookings.cancel, name="booking-cancel"),
    path("staff/bookings/<int:pk>/accept/", bookings.accept, name="booking-accept"),
    path("staff/bookings/<int:pk>/tell/", bookings.tell_again, name="booking-tell"),
    path("staff/bookings/<int:pk>/restore/", bookings.restore, name="booking-restore"),
    path("staff/bookings/<int:pk>/way/", bookings.change_way, name="booking-way"),
    path("staff/bookings/<int:pk>/wish/", bookings.note_wish, name="booking-wish"),
    path("staff/messages/<int:message>/ring/", bookings.ring_instead, name="ring-instead"),
    # the phone desk
    path("staff/phone/", phone.phone, name="phone"),
    path("staff/phone/new/", phone.book, name="book-new"),
    path("staff/phone/<int:pk>/", phone.person, name="person"),
    path("staff/phone/<int:pk>/command/", phone.command, name="command"),
    path("staff/phone/<int:pk>/name/", phone.correct_name, name="correct-name"),
    path("staff/phone/<int:pk>/act/", phone.act, name="act"),
    # paper
    path("staff/slips/", slips.slips, name="slips"),
    path("staff/slips/printed/", slips.printed, name="slips-printed"),
    # calls
    path("staff/calls/", calls.calls, name="calls"),
    path("staff/calls/next/", calls.claim_next, name="claim-next"),
    path("staff/calls/<int:pk>/", calls.call, name="call"),
    path("staff/calls/<int:pk>/claim/", calls.claim, name="claim"),
    path("staff/calls/<int:pk>/finish/", calls.finish, name="finish"),
    path("staff/calls/<int:pk>/undo/", calls.undo, name="undo"),
]
