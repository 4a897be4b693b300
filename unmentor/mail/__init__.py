"""Mail: the outbox that loses nothing, the one SMTP socket, and the catcher for a machine without one.

- ``kinds`` says what sets each kind of mail apart
- ``message`` and ``mime`` write a ``Letter`` as final bytes; ``outbox`` queues them, sealed (``seal``), inside the
  caller's transaction
- ``sender`` claims what is due (``claims``), hands it over (``transport``) and notes what became of it
- ``catcher`` is the server where there is none; ``caught`` and ``views`` show what it kept at ``/dev/mail``
- ``inbound`` is what came back: ``mailboxes`` find it, ``receive`` understands it within bounds (``bounded``, ``itip``,
  ``reports``), ``actions`` do what reports ask for, and ``unread`` remembers what is for a person
- ``queries`` and ``actions`` are the organiser's: list, hold, release, try again
"""
