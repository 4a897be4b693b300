"""Mail on its way out: who sends what (claims), the loop that does (sender), and the one SMTP socket (transport)."""
