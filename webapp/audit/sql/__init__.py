"""What the database does by itself: writing entries, sealing them, chaining them, guarding them."""
