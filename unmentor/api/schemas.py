"""What an answer holds, field by field. Only what public pages show is here."""

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields

from unmentor.api import parts


class ProgrammeSchema(Schema):
    """A community that draws pairs."""

    slug = parts.text(_l("What names the programme in addresses."))
    name = parts.text(_l("What the programme is called."))
    url = parts.address(_l("Its page."))
    about = parts.text(_l("What it says of itself, in your language where it does."))
    rhythm = parts.text(_l("When it draws, in words."))
    time_zone = parts.text(_l("The time zone that it draws in."))
    minutes = parts.number(_l("How long a conversation is, in minutes."))
    next_draw = parts.maybe(parts.moment, _l("When it draws next; null where it has ended."))
    ended_at = parts.maybe(parts.moment, _l("Since when it draws no more; null where it does."))
    people = parts.number(_l("How many people take part today."))
    organisations = parts.number(_l("From how many organisations they are."))
    domains = parts.several(fields.String(), _l("Where only people with certain addresses can join, their domains."))
    approval = parts.yes_or_no(_l("Whether an organiser looks at who joins."))
    commitment = parts.maybe(
        parts.text, _l("The SHA-256 of the secret that decides its next draw; null where there is none.")
    )
    committed_at = parts.maybe(parts.moment, _l("Since when that is fixed; null where it is not."))


class RoundSchema(Schema):
    """One draw of a programme: what it achieved, and by which chance."""

    programme = parts.text(_l("The slug of the programme whose round it is."))
    number = parts.number(_l("Which round of its programme it is, from 1 on."))
    url = parts.address(_l("Its page, which says how it can be checked."))
    state = parts.text(_l("What became of it: drawn (not sent yet), sent, closed (over) or cancelled."))
    drawn_at = parts.moment(_l("When it was drawn."))
    sent_at = parts.maybe(
        parts.moment, _l("When its invitations left; null where they have not, and then nothing below is told.")
    )
    people = parts.maybe(parts.number, _l("How many people were drawn, those included for whom there was nobody."))
    pairs = parts.maybe(parts.number, _l("How many conversations of two it made."))
    threes = parts.maybe(parts.number, _l("How many conversations of three it made."))
    left_out = parts.maybe(parts.number, _l("For how many people it had nobody."))
    conversations = parts.maybe(parts.number, _l("How many conversations it made."))
    repeats = parts.maybe(parts.number, _l("How many of them are between people who had met before."))
    crossing = parts.maybe(parts.number, _l("How many of them cross organisations."))
    proved = parts.maybe(parts.yes_or_no, _l("Whether it is proved that no draw could do better."))
    swaps = parts.maybe(parts.number, _l("How often organisers swapped two people after the draw."))
    taken_out = parts.maybe(parts.number, _l("How many people organisers left out after the draw."))
    taken_in = parts.maybe(parts.number, _l("How many people organisers took in after the draw."))
    draws = parts.maybe(parts.number, _l("How often it was drawn; null where that is not known."))
    put_aside = parts.maybe(
        parts.number,
        _l("How many draws were put aside since two people would have met who are kept apart; null where not known."),
    )
    own_seed = parts.yes_or_no(_l("Whether an organiser chose the seed, so that nobody can check its chance."))
    commitment = parts.maybe(
        parts.text, _l("The SHA-256 of its secret, shown before the draw; null where there was none.")
    )
    committed_at = parts.maybe(parts.moment, _l("Since when the commitment was shown; null where there was none."))
    secret = parts.maybe(
        parts.text, _l("The secret that decided it, told once it is sent; null until then, or where it is lost.")
    )
    digest = parts.maybe(
        parts.text, _l("The SHA-256 of all that the draw was given; null where there was no commitment.")
    )
    seed = parts.maybe(parts.text, _l("The seed that followed, in digits; null where there was no commitment."))


class ShareSchema(Schema):
    """A share, and how sure it is."""

    said = parts.number(_l("How many people said or did so."))
    of = parts.number(_l("Out of how many."))
    share = parts.share(_l("The first divided by the second."))
    low = parts.share(_l("The lower end of its 95 per cent interval (Wilson)."))
    high = parts.share(_l("The upper end of its 95 per cent interval."))


class DifferenceSchema(Schema):
    """By how much one share is above another."""

    by = parts.share(_l("The first share less the second."))
    low = parts.share(_l("The lower end of its 95 per cent interval (Newcombe)."))
    high = parts.share(_l("The upper end of its 95 per cent interval."))


class ComparisonSchema(Schema):
    """Two kinds of conversations beside each other."""

    arms = fields.Dict(
        fields.String(),
        fields.Nested(ShareSchema),
        required=True,
        metadata={"description": _l("How many were challenged in each of the two kinds.")},
    )
    difference = fields.Nested(
        DifferenceSchema,
        required=True,
        metadata={"description": _l("By how much the first share is above the second.")},
    )


class ImpactSchema(Schema):
    """The figures of the newest edition; until there is one, only what says how they are counted."""

    licence = parts.address(_l("The licence of these figures."))
    edition = parts.maybe(parts.text, _l("The month of the edition, YYYY-MM; null where there is none yet."))
    counts = fields.Dict(
        fields.String(), fields.String(), required=True, metadata={"description": _l("What each figure counts.")}
    )
    among = fields.Dict(
        fields.String(),
        fields.String(),
        required=True,
        metadata={"description": _l("For each figure, the one that counts more people, its own among them.")},
    )
    reach = fields.Dict(
        fields.String(), fields.Integer(), metadata={"description": _l("How many rounds, people and organisations.")}
    )
    total = fields.Dict(
        fields.String(), fields.Nested(ShareSchema), metadata={"description": _l("Each figure over all rounds.")}
    )
    rounds = fields.List(
        fields.Dict(fields.String()), metadata={"description": _l("The figures of rounds, small ones together.")}
    )
    later = fields.List(
        fields.Dict(fields.String()), metadata={"description": _l("What came of it, by the same rule.")}
    )
    network_counts = fields.Dict(
        fields.String(),
        fields.String(),
        required=True,
        metadata={"description": _l("What each figure of the network counts.")},
    )
    network = fields.List(
        fields.Dict(fields.String()), metadata={"description": _l("How the network grows, month by month.")}
    )
    compared = fields.Dict(
        fields.String(),
        fields.Nested(ComparisonSchema),
        metadata={"description": _l("Conversations of two kinds beside each other, by question.")},
    )


ProgrammePage = parts.page_of("ProgrammePage", ProgrammeSchema)
RoundPage = parts.page_of("RoundPage", RoundSchema)
