"""What organisers hear of a report: that there is one, and where to read it."""

from collections.abc import Iterator

from unmentor.links import Above, link
from unmentor.mail.message import Letter
from unmentor.people.models import Person
from unmentor.programmes.queries import organisers
from unmentor.reports.models import Report


def reported(report: Report, operator: tuple[str, str]) -> Iterator[Letter]:
    """Yield the news of a report for every organiser whom it is not about; where there is none, for the operator.

    It has no word of who reports, of whom, or why: email is forwarded and read on screens in offices, and whatever a
    stranger typed would come under our name.
    """
    to = [each for each in organisers(report.programme) if each.id not in report.about]
    for organiser in to:
        yield _letter(report, (organiser.name, organiser.email or ""), organiser)
    if not to and operator[1]:
        yield _letter(report, operator, None)


def _letter(report: Report, to: tuple[str, str], organiser: Person | None) -> Letter:
    part = report.participation
    return Letter(
        kind="reported",
        to=to,
        about=f"report:{report.id}",
        person_id=organiser.id if organiser else None,
        reader=organiser.nonce if organiser else "",
        values={
            "programme": report.programme.name,
            "round": part.conversation.round.number if part else None,
            "operator": organiser is None,
            "again": report.asks_again,
            "url": link(Above.MODERATION if report.asks_again else Above.REPORTS, slug=report.programme.slug),
        },
        # Nobody's programme: its list of mail is read by whom the report may be about.
        programme_id=None,
        language=organiser.language if organiser else "en",
    )
