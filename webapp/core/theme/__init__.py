"""Small parts of unfold's pages made by Python instead of templates: the same look, less work."""
