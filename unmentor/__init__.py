"""UnMentoring pairs people at random for half an hour, and shows what they learn.

A map of the house, from the ground up; a room imports only what stands below it:

- ``pairing`` the draw, cadence and slots, and ``calendars``: pure, they know of nothing else here
- ``settings``, ``edge``, ``db``, ``forms``, ``links``, ``words``: what every room stands on
- ``mail`` the outbox, the one SMTP socket, the catcher, and what comes back
- ``people`` who somebody is: confirming, signing in, details
- ``programmes`` joining, who takes part in what, and when it draws
- ``conversations`` two people, a time, and how it went
- ``rounds`` draw → look → send → close, and mending after withdrawals
- ``reflections`` what was learned: write, moderate, feed
- ``me``, ``organise``, ``public``: pages of the participant, the organiser and everybody
- ``demo`` a community to look at, and ``backup``
- ``cli``, ``worker`` commands, and the minute tick
- ``factory`` wires them together; ``machine`` runs everything on one machine
"""
