"""The demonstration: Arizona and Utah, their organizations, law, training, agreements, records and asks."""
