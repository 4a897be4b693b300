"""Mail: the outbox that loses nothing, the one SMTP socket, and the catcher for a machine without one."""
