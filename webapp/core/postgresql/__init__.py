"""The database engine of the settings: Django's own, which can have statements planned once."""
