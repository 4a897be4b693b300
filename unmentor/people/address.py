"""Mail addresses: one spelling for each, so that somebody is one person however they type it."""

from email_validator import EmailNotValidError, validate_email


def standard(typed: str) -> str:
    """Return a typed address as we keep it: lower case, an international domain in its ASCII form.

    Raises ValueError where no mail could reach it. Asks no name server.
    """
    try:
        valid = validate_email(typed, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(typed) from None
    return (valid.ascii_email or valid.normalized).lower()


def hinted(kept: str) -> str:
    """Return an address as we show it where somebody may look over a shoulder: "sian@…"."""
    return kept.partition("@")[0] + "@…"
