"""Write conversations as iCalendar bytes that Outlook, Google and Apple accept.

Pure: the same event gives the same bytes, always, and nothing here reads a clock or a database.

- ``event`` what a calendar needs to know: ``Event`` and ``Attendee``
- ``text`` makes any text harmless, and folds lines
- ``write`` ``request``, ``cancellation`` and ``feed``
"""

from unmentor.calendars.event import Attendee, Event
from unmentor.calendars.text import clean
from unmentor.calendars.write import cancellation, feed, request

__all__ = ["Attendee", "Event", "cancellation", "clean", "feed", "request"]
