"""What leaves as a calendar is read the same by icalendar and vobject, whoever is in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from unmentor.calendars import Attendee, Event, cancellation, clean, feed, request

LONDON = ZoneInfo("Europe/London")
ADA = Attendee("Ada Byron", "ada@devon.example")
BEN = Attendee("Ben Okri", "ben@leeds.example")
CONVERSATION = Event(
    uid="conversation-7@unmentor.example",
    starts_at=datetime(2026, 12, 2, 12, 30, tzinfo=LONDON),
    minutes=30,
    summary="UnMentoring: Ada and Ben",
    description="Half an hour to think, do and share.\nAda starts.",
    location="https://meet.example/room?a=1,2;b=3",
    url="https://meet.example/room?a=1,2;b=3",
    organiser=Attendee("UnMentoring", "hello@unmentor.example"),
    attendees=(ADA, BEN),
    sequence=0,
    stamp=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
)
HOSTILE = [
    "Eve;X=1:mailto:evil@x",
    "Eve\r\nATTENDEE:mailto:evil@x",
    "Eve\nATTENDEE:mailto:evil@x",
    "Eve\u2028ATTENDEE:mailto:evil@x",
    "Eve\u2029END:VEVENT",
    "Eve\x85END:VCALENDAR",
    "Eve\x0bBEGIN:VEVENT",
    'Eve "the hacker" Smith',
    '"',
    "Eve^nSmith^",
    "Eve\\nSmith\\",
    "Eve, Mallory & Trent",
    "A:B",
    "Siân Ŵyn",
    "👩🏽‍💻🏴󠁧󠁢󠁷󠁬󠁳󠁿" * 20,
    "x" * 300,
    "\ud800half a character",
    "\u202eexe.live",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    " \r\n ",
    "",
]

hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=300),
    st.text(alphabet='a;:,="\\^\r\n\v\f\x85\u2028 \tŵ🎉', max_size=120),
)


def entries(ics):
    return icalendar.Calendar.from_ical(ics).walk("VEVENT")


def entry(ics):
    (only,) = entries(ics)
    return only


def addresses(event):
    lines = event.get("ATTENDEE", [])
    return [str(line) for line in (lines if isinstance(lines, list) else [lines])]


def other_addresses(ics):
    return [line.value for line in vobject.readOne(ics.decode()).vevent.contents.get("attendee", [])]


def named(name):
    return replace(CONVERSATION, attendees=(replace(ADA, name=name), BEN), organiser=Attendee(name, "hello@x.example"))


def physical_lines(ics):
    return ics.split(b"\r\n")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_invites_exactly_those_given(name):
    ics = request(named(name))
    assert addresses(entry(ics)) == ["mailto:ada@devon.example", "mailto:ben@leeds.example"]
    assert other_addresses(ics) == ["mailto:ada@devon.example", "mailto:ben@leeds.example"]
    assert entry(ics)["ORGANIZER"] == "mailto:hello@x.example"


@pytest.mark.parametrize("name", ["Siân Ŵyn", "O'Neil", "Smith, Eve", "A:B; C", "🎉 Zoë"])
def test_an_honest_name_arrives_as_it_is(name):
    ics = request(named(name))
    assert entry(ics)["ATTENDEE"][0].params["CN"] == name
    assert vobject.readOne(ics.decode()).vevent.attendee.params["CN"] == [name]


@pytest.mark.thorough
@settings(deadline=None)
@given(hostile, hostile)
def test_no_name_or_text_changes_who_is_invited_or_when(name, text):
    event = replace(named(name), summary=text or "x", description=text, location=text, url=text)
    ics = request(event)
    assert addresses(entry(ics)) == other_addresses(ics) == ["mailto:ada@devon.example", "mailto:ben@leeds.example"]
    assert entry(ics).start == CONVERSATION.starts_at
    assert vobject.readOne(ics.decode()).vevent.uid.value == CONVERSATION.uid


@pytest.mark.thorough
@settings(deadline=None)
@given(hostile, hostile)
def test_lines_are_at_most_75_octets_and_split_no_character(name, text):
    ics = request(replace(named(name), description=text))
    assert ics.endswith(b"\r\n")
    for line in physical_lines(ics):
        assert len(line) <= 75
        assert line.decode().splitlines() in ([], [line.decode()])


@given(hostile)
def test_a_clean_name_stays_clean(name):
    cleaned = clean(name)
    assert clean(cleaned) == cleaned
    assert not set(cleaned) & set('"^\\\r\n\t\x0b\x0c\x85\u2028\u2029\u202e')


def test_welsh_and_emoji_fold_and_unfold_unharmed():
    description = "Cŵn, pŷsgod & ŵyn 🏴󠁧󠁢󠁷󠁬󠁳󠁿; \\\n" * 20 + "Hwyl!"
    ics = request(replace(CONVERSATION, summary="Siân Ŵyn 🎉" * 12, description=description))
    assert entry(ics)["SUMMARY"] == "Siân Ŵyn 🎉" * 12
    assert entry(ics)["DESCRIPTION"] == description
    assert vobject.readOne(ics.decode()).vevent.description.value == description


@settings(deadline=None)
@given(hostile)
def test_a_description_reads_the_same_in_both_and_no_line_looks_blank(text):
    ics = request(replace(CONVERSATION, description=f"a{text}{' ' * 200}b\n\n\tc"))
    described = entry(ics)["DESCRIPTION"]
    assert described == vobject.readOne(ics.decode()).vevent.description.value
    assert described.endswith("b\n\n c")
    assert all(line.strip() for line in physical_lines(ics)[:-1])


def test_each_kind_says_its_method_at_the_top():
    for method, ics in [
        (b"REQUEST", request(CONVERSATION)),
        (b"CANCEL", cancellation(CONVERSATION)),
        (b"PUBLISH", feed("Ada's conversations", [CONVERSATION])),
    ]:
        begin, version, prodid, third = physical_lines(ics)[:4]
        assert (begin, version, third) == (b"BEGIN:VCALENDAR", b"VERSION:2.0", b"METHOD:" + method)
        assert prodid.startswith(b"PRODID:")


def test_a_request_asks_everyone_who_has_not_answered():
    event = replace(CONVERSATION, attendees=(ADA, replace(BEN, partstat="ACCEPTED")))
    ada, ben = (line.params for line in entry(request(event))["ATTENDEE"])
    assert (ada["CN"], ada["PARTSTAT"], ada["RSVP"], ada["ROLE"]) == (
        "Ada Byron",
        "NEEDS-ACTION",
        "TRUE",
        "REQ-PARTICIPANT",
    )
    assert (ben["CN"], ben["PARTSTAT"], ben["RSVP"]) == ("Ben Okri", "ACCEPTED", "FALSE")


def test_an_answer_that_is_none_counts_as_none():
    event = replace(CONVERSATION, attendees=(replace(ADA, partstat="X:mailto:evil@x"), BEN))
    assert entry(request(event))["ATTENDEE"][0].params["PARTSTAT"] == "NEEDS-ACTION"


def test_an_update_keeps_the_uid_and_raises_sequence_and_stamp():
    moved = replace(
        CONVERSATION,
        starts_at=CONVERSATION.starts_at + timedelta(days=1),
        sequence=1,
        stamp=CONVERSATION.stamp + timedelta(hours=1),
    )
    before, after = entry(request(CONVERSATION)), entry(request(moved))
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert before["DTSTAMP"].dt < after["DTSTAMP"].dt
    assert after.start == moved.starts_at


def test_a_cancellation_is_cancelled_for_every_attendee():
    cancelled = entry(cancellation(replace(CONVERSATION, sequence=2)))
    assert (cancelled["STATUS"], cancelled["SEQUENCE"], cancelled["UID"]) == ("CANCELLED", 2, CONVERSATION.uid)
    assert addresses(cancelled) == ["mailto:ada@devon.example", "mailto:ben@leeds.example"]
    assert "RSVP" not in cancelled["ATTENDEE"][0].params


def test_what_rfc_5546_demands_once_is_there_once():
    for ics in (request(CONVERSATION), cancellation(CONVERSATION), feed("All", [CONVERSATION])):
        names = [line.partition(b":")[0].partition(b";")[0] for line in physical_lines(ics)]
        for name in (b"UID", b"SEQUENCE", b"DTSTAMP", b"DTSTART", b"DTEND", b"SUMMARY", b"ORGANIZER", b"STATUS"):
            assert names.count(name) == 1, name


def test_a_link_arrives_as_it_is_and_offers_to_join():
    event = entry(request(CONVERSATION))
    assert event["URL"] == event["CONFERENCE"] == CONVERSATION.url
    assert b"LOCATION:https://meet.example/room?a=1\\,2\\;b=3" in request(CONVERSATION)
    assert "URL" not in entry(request(replace(CONVERSATION, url="")))


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        ("2026-01-15", 12),
        ("2026-07-15", 11),
        ("2026-03-27", 12),
        ("2026-03-30", 11),
        ("2026-10-23", 11),
        ("2026-10-26", 12),
    ],
)
def test_local_time_is_right_winter_summer_and_in_both_clock_change_weeks(day, utc_hour):
    starts_at = datetime.fromisoformat(f"{day}T12:30").replace(tzinfo=LONDON)
    ics = request(replace(CONVERSATION, starts_at=starts_at))
    event, other = entry(ics), vobject.readOne(ics.decode()).vevent
    assert event.start == datetime.fromisoformat(f"{day}T{utc_hour}:30Z")
    for start, end in [(event.start, event.end), (other.dtstart.value, other.dtend.value)]:
        assert start.astimezone(LONDON).replace(tzinfo=None) == starts_at.replace(tzinfo=None)
        assert end - start == timedelta(minutes=30)


def test_half_an_hour_is_half_an_hour_while_the_clocks_go_back():
    starts_at = datetime(2026, 10, 25, 1, 45, tzinfo=LONDON)
    event = entry(request(replace(CONVERSATION, starts_at=starts_at)))
    assert event.end - event.start == timedelta(minutes=30)


def test_a_feed_has_a_name_a_pace_and_no_attendees():
    later = replace(CONVERSATION, uid="later@x", starts_at=CONVERSATION.starts_at + timedelta(days=7))
    ics = feed("Sgyrsiau Siân 2026", [later, CONVERSATION])
    calendar = icalendar.Calendar.from_ical(ics)
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Sgyrsiau Siân 2026"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert [str(event["UID"]) for event in entries(ics)] == [CONVERSATION.uid, "later@x"]
    assert b"ATTENDEE" not in ics


def test_an_empty_feed_is_still_a_calendar():
    ics = feed("Nothing yet", [])
    assert entries(ics) == []
    assert vobject.readOne(ics.decode()).contents["x-wr-calname"][0].value == "Nothing yet"
    assert ics.count(b"BEGIN:") == 3


def test_the_same_event_gives_the_same_bytes():
    assert request(CONVERSATION) == request(replace(CONVERSATION))
    elsewhere = replace(CONVERSATION, starts_at=CONVERSATION.starts_at.astimezone(ZoneInfo("Asia/Tokyo")))
    assert request(elsewhere) == request(CONVERSATION)
    assert feed("All", [CONVERSATION]) == feed("All", iter([CONVERSATION]))


@pytest.mark.parametrize("address", ["", "ada", "ada@x\r\nATTENDEE:mailto:evil@x", "ada@x evil@x", "a@x\u2028"])
def test_what_is_not_one_address_is_refused(address):
    with pytest.raises(ValueError, match="not an e-mail address"):
        Attendee("Ada", address)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        replace(CONVERSATION, starts_at=datetime(2026, 12, 2, 12, 30))
