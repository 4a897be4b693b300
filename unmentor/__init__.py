"""UnMentoring pairs people at random for half an hour, and shows what they learn.

A map of the house, from the ground up; a room imports only what stands below it:

- ``pairing`` the draw, cadence and slots, and ``calendars``: pure, they know of nothing else here
- ``settings``, ``edge``, ``db``, ``forms``: what every room stands on
- ``mail`` the outbox, the one SMTP socket, and the catcher
- ``people`` sign-up and sign-in
- ``programmes`` who takes part in what, and when it draws
- ``conversations`` two people, a time, and how it went
- ``rounds`` draw → look → send → close
- ``reflections`` what was learned: write, moderate, feed
- ``me``, ``organise``, ``public``: pages of the participant, the organiser and everybody
- ``demo`` a community to look at
- ``cli``, ``worker`` commands, and the minute tick
- ``factory`` wires them together
"""
