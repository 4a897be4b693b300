"""People: confirming an address, signing in without a password, details, and leaving."""
