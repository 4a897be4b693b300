"""Mail that comes back: mailboxes it is found in, and what it means."""
