"""Every deed that the log knows, and how it reads."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class Deed(StrEnum):
    """A deed: what stands for it in the log, and its sentence. ``%(person)s`` and ``%(round)s`` are filled in."""

    says: LazyString

    def __new__(cls, name: str, says: LazyString) -> Deed:
        """Make a deed that is its own name, with a sentence beside it."""
        deed = str.__new__(cls, name)
        deed._value_, deed.says = name, says
        return deed

    ROUND_DRAWN = "round-drawn", _l("Drew round %(round)s")
    ROUND_REDRAWN = "round-redrawn", _l("Drew round %(round)s again")
    ROUND_SENT = "round-sent", _l("Sent round %(round)s")
    ROUND_STOPPED = "round-stopped", _l("Stopped round %(round)s before it left")
    PERSON_SWAPPED = "person-swapped", _l("Gave %(person)s another place in round %(round)s")
    PERSON_LEFT_OUT = "person-left-out", _l("Left %(person)s out of round %(round)s")
    PERSON_TAKEN_IN = "person-taken-in", _l("Took %(person)s into round %(round)s")
    ROUND_CANCELLED = "round-cancelled", _l("Cancelled round %(round)s")
    PERSON_APPROVED = "person-approved", _l("Let %(person)s in")
    PERSON_ADDED = "person-added", _l("Asked %(person)s to take part")
    PERSON_ASKED_AGAIN = "person-asked-again", _l("Asked %(person)s once more to confirm")
    PERSON_PAUSED = "person-paused", _l("Paused %(person)s")
    PERSON_RESUMED = "person-resumed", _l("Took %(person)s back in")
    PERSON_REMOVED = "person-removed", _l("Took %(person)s out of the programme")
    PEOPLE_EXPORTED = "people-exported", _l("Exported the details of %(people)s people")
    PEOPLE_IMPORTED = "people-imported", _l("Imported %(people)s people")
    ORGANISER_ADDED = "organiser-added", _l("Made %(person)s an organiser")
    ORGANISER_REMOVED = "organiser-removed", _l("Let %(person)s organise no more")
    REFLECTION_PUBLISHED = "reflection-published", _l("Made a reflection of %(person)s public")
    REFLECTION_RETURNED = "reflection-returned", _l("Sent a reflection back to %(person)s")
    REFLECTION_TAKEN_DOWN = "reflection-taken-down", _l("Took a reflection of %(person)s off the site")
    REFLECTION_UNDONE = "reflection-undone", _l("Thought again about a reflection of %(person)s")
    REFLECTION_ASKED = "reflection-asked", _l("Asked that a reflection of %(person)s is read again")
    REPORT_SETTLED = "report-settled", _l("Settled report %(report)s")
    KEPT_APART = "kept-apart", _l("Kept two people apart, as number %(pair)s")
    LET_MEET = "let-meet", _l("Let chance decide again about number %(pair)s of those kept apart")
    ORGANISATION_NAMED = "organisation-named", _l("Let an organisation go by another name")
    ORGANISATION_APART = "organisation-apart", _l("Took two names of an organisation apart again")
    EMAIL_TRIED_AGAIN = "email-tried-again", _l("Sent %(person)s an email again that had failed")
    ADDRESS_WRITTEN_AGAIN = "address-written-again", _l("Let us write to %(person)s again, whose address was refused")
    EMAIL_HELD = "email-held", _l("Held all email")
    EMAIL_RELEASED = "email-released", _l("Let held email go")
    PROGRAMME_CREATED = "programme-created", _l("Created the programme")
    PROGRAMME_CHANGED = "programme-changed", _l("Changed the settings: %(rules)s")
    PROGRAMME_ENDED = "programme-ended", _l("Ended the programme")
    PROGRAMME_REOPENED = "programme-reopened", _l("Reopened the programme")
    DEMO_CLEARED = "demo-cleared", _l("Deleted the demo community")
    LOG_EXPORTED = "log-exported", _l("Exported the log")
    BACKUP_WRITTEN = "backup-written", _l("Wrote a backup")
    BACKUP_RESTORED = "backup-restored", _l("Restored a backup")


SAYS = {str(deed): deed.says for deed in Deed}


def sentence(deed: str, **said: object) -> str:
    """Return what was done in the reader's language, as "Let Ada Lovelace in"; an ellipsis for what is not *said*.

    A deed that is known no more, from a newer or an older version, is its own name.
    """
    return str(SAYS.get(deed, deed)) % defaultdict(lambda: "…", said)
