"""Everything we hold on a person, for that person to read."""

from datetime import datetime
from typing import Any

from unmentor.audit.deeds import sentence
from unmentor.conversations.avoided import avoided
from unmentor.conversations.notes import notes_of
from unmentor.features import features
from unmentor.people.changing import changes
from unmentor.people.models import Person
from unmentor.people.passkeys import passkeys
from unmentor.privacy import queries
from unmentor.programmes.queries import memberships
from unmentor.programmes.rhythm import TAKES_PART
from unmentor.reports.queries import reports_by


def exported(person: Person, now: datetime) -> dict[str, Any]:
    """Return everything we hold on *person*, ready for JSON; moments as ISO 8601 in UTC."""
    details = ("name", "email", "phone", "video", "organisation", "about", "availability", "language")
    return {
        "exported_at": _said(now),
        "person": {name: getattr(person, name) for name in details}
        | {"organisation_as_you_wrote_it": person.told_organisation}
        | {"joined_at": _said(person.joined_at), "confirmed_at": _said(person.confirmed_at)},
        "programmes": [
            {
                "programme": each.programme.name,
                "role": each.role,
                "state": each.state,
                "paused_until": each.paused_until.isoformat() if each.paused_until else None,
                "takes_part": TAKES_PART[each.every],
                "this_one_too": each.this_one_too is not None,
                "skips_the_draw_of": each.skips.isoformat() if each.skips else None,
                "had_a_heads_up_about_the_draw_of": each.heads_up_for.isoformat() if each.heads_up_for else None,
                "standby": each.standby,
                "approved": each.approved,
                "first_next_time": each.first_next,
                "unanswered_in_a_row": each.silences,
                "joined_at": _said(each.joined_at),
            }
            for each in memberships(person)
        ],
        "not_with": list(avoided(person, now).values()),
        "conversations": _conversations(person),
        "rounds_without_a_partner": [
            {"programme": each.programme.name, "round": each.number} for each in queries.rounds_without(person)
        ],
        "reports": [{"reason": each.reason, "at": _said(each.at)} for each in reports_by(person)],
        **{heading: what for feature in features() for heading, what in feature.export(person).items()},
        "mail": [
            {"kind": each.kind, "subject": each.subject, "state": each.state, "queued_at": _said(each.queued_at),
             "sent_at": _said(each.sent_at)}
            for each in queries.letters(person)
        ],
        "stopped_mail": list(queries.stopped_kinds(person)),
        "log": [
            {"at": _said(each.at), "deed": sentence(each.deed), "by_you": each.by_id == person.id}
            for each in queries.deeds(person)
        ],
        "passkeys": [
            {"name": each.name, "added_at": _said(each.added_at), "used_at": _said(each.used_at)}
            for each in passkeys(person)
        ],
        "new_addresses": [
            {"from": each.old, "to": each.new, "asked_at": _said(each.asked_at),
             "confirmed_at": _said(each.confirmed_at)}
            for each in changes(person)
        ],
        "sign_ins": [
            {"asked_at": _said(each.asked_at), "used_at": _said(each.used_at)} for each in queries.sign_ins(person)
        ],
    }  # fmt: skip


def _conversations(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "programme": each.conversation.round.programme.name,
            "round": each.conversation.round.number,
            "with": [partner.name for partner in each.partners],
            "starts_at": _said(each.conversation.starts_at),
            "state": each.conversation.state,
            "you_start": each.starts,
            "you_welcome_a_third": each.welcomes,
            "you_joined_a_pair_at": _said(each.joined_at),
            "met": each.met,
            "why_not": each.why_not,
            "challenged": each.challenged,
            "again": each.again,
            "answered_at": _said(each.answered_at),
            "notes": notes_of(each),
            "came": each.came,
            "came_line": each.came_line,
            "came_at": _said(each.came_at),
            "thanked_at": _said(each.thanked_at),
            "your_calendar_said": each.partstat,
            "your_calendar_proposed": _said(each.proposes),
            "proposed_times": each.proposals,
            "withdrew_at": _said(each.withdrew_at),
            "moved_times": each.moves,
            "you_said_where": each.place,
            "said_where_times": each.places,
        }
        for each in queries.participations(person)
    ]


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
