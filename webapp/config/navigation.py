"""The look of the admin and its side bar (django-unfold's setting)."""
UNFOLD = {}
