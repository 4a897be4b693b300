"""The log: who did what, to whom and when, written in the transaction of the deed."""
