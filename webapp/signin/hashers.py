"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the memory and passes that OWASP's password storage cheat sheet asks for.

    A whole shift signs in within minutes. Django's own choice, a million rounds of PBKDF2, takes a
    third of a second of a core for each; its settings of Argon2 take 100 MB and eight threads for
    each. These take a fortieth of a second and 19 MB, and a thief's graphics cards gain far less
    on them than on PBKDF2, because of the memory.
    """

    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1
