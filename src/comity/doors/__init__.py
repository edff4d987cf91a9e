"""Where a request enters: translate, authenticate, schedule. No rules, no SQL."""
