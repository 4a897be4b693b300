"""UnMentoring pairs people at random for half an hour, and shows what they learn.

A map of the house, from the ground up; a room imports only what stands below it:

- ``pairing`` the draw, ``timetable`` cadence and slots, ``calendars`` entries, ``charts`` where shapes
  stand: pure, they know of nothing else here
- ``settings``, ``secret_key``, ``runtime``, ``db``, ``features``, ``forms``, ``links``, ``gone``, ``sheets``,
  ``words``, ``zones``, ``page_cache``, ``paging``, ``collector`` and ``budgets``: what all stand on
- ``audit`` the log of who did what, to whom and when
- ``mail`` the outbox; ``delivery`` the one SMTP socket, ``catcher``, and ``inbound`` what comes back
- ``people`` who somebody is: confirming, signing in, details
- ``programmes`` joining, who takes part in what, and when it draws
- ``conversations`` two people, a time, and how it went
- ``rounds`` draw → look → send → close, and mending after withdrawals
- ``reports`` what went wrong, said in private to the organisers
- ``privacy`` leave, export, and keep nothing too long; ``impact`` what the experiment shows
- ``me``, ``organise``, ``public``: pages of the participant, the organiser and everybody; ``web`` what all pages share
- ``api`` everything public as JSON and as tables, and what each part of it means
- ``demo`` a community to look at, and ``backup``
- ``reflections`` what was learned: write, moderate, feed; the house stands without it
- ``cli``, ``worker`` commands, and the minute tick
- ``factory`` wires them together; ``all_in_one`` runs everything on one machine
"""
