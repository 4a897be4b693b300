"""When things happen: cadence, working days, and times that suit. Pure, as pairing and calendars are."""
