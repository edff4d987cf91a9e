"""Ask, decide, minimize, disclose, receive, account."""
