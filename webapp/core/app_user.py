"""The database user that the application signs in as, made by the owner of the database.

The rights belong to a role that nobody signs in as (``DB_APP_ROLE``); the users are its members.
So a new password comes with a new user: while the tasks of a deployment are replaced one by one,
the old ones go on with the old user, and no request fails.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

# Time for the last task with the old password to end, and for going back to it.
OLD_USERS_LAST = timedelta(days=1)


@transaction.atomic
def ensure_app_user(*, role: str, name: str, password: str) -> None:
    """Let `name` sign in with this password and act as a member of `role`; repeatable.

    Users of earlier passwords cannot sign in any more from tomorrow on.
    """
    _ensure_role(role)
    _ensure_role(name)
    _execute("GRANT {} TO {}", sql.Identifier(role), sql.Identifier(name))
    _execute(
        "ALTER ROLE {} LOGIN PASSWORD {} VALID UNTIL 'infinity'",
        sql.Identifier(name),
        sql.Literal(_scrambled(name, password)),
    )
    end = timezone.now() + OLD_USERS_LAST
    for other in _users_without_end(role):
        if other != name:
            _execute("ALTER ROLE {} VALID UNTIL {}", sql.Identifier(other), sql.Literal(f"{end}"))


def _ensure_role(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))


def _scrambled(name: str, password: str) -> str:
    """As PostgreSQL keeps it, so that no log of statements ever holds the password."""
    connection.ensure_connection()
    scrambled: bytes = connection.connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    )
    return scrambled.decode()


def _users_without_end(role: str) -> list[str]:
    """Those made here for `role`: they sign in, and only this function ends them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT users.rolname FROM pg_auth_members AS members "
            "JOIN pg_roles AS users ON users.oid = members.member "
            "JOIN pg_roles AS roles ON roles.oid = members.roleid "
            "WHERE roles.rolname = %s AND users.rolcanlogin AND users.rolvaliduntil = 'infinity'",
            [role],
        )
        return [row[0] for row in cursor.fetchall()]


def _execute(statement: str, *parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*parts))
