"""Roles are code, and the groups follow it."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from access import services
from access.models import User
from access.roles import PERMISSIONS, Role
from access.services import UnknownPermissionError, sync_roles

pytestmark = pytest.mark.django_db


def granted(role: Role) -> set[str]:
    permissions = Permission.objects.filter(group__name=role.value).select_related("content_type")
    return {f"{p.content_type.app_label}.{p.codename}" for p in permissions}


class TestSyncRoles:
    @pytest.mark.parametrize("role", Role)
    def test_gives_each_role_what_the_code_says(self, role: Role) -> None:
        sync_roles()

        assert granted(role) == PERMISSIONS[role]

    def test_changes_nothing_the_second_time(self) -> None:
        first = sync_roles()
        rows = set(Group.permissions.through.objects.values_list("pk", flat=True))

        assert sync_roles() == first
        assert set(Group.permissions.through.objects.values_list("pk", flat=True)) == rows

    def test_takes_away_what_the_code_does_not_say(self) -> None:
        group = Group.objects.get(name="general")
        group.permissions.add(Permission.objects.get(codename="issue_stock"))

        sync_roles()

        assert "stock.issue_stock" not in granted(Role.GENERAL)

    def test_refuses_a_permission_that_does_not_exist(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = {Role.GENERAL: frozenset({"stock.view_lot", "stock.fly_drone"})}
        monkeypatch.setattr(services, "PERMISSIONS", wrong)

        with pytest.raises(UnknownPermissionError, match=r"^stock\.fly_drone$"):
            sync_roles()

    def test_is_a_command_that_counts(self) -> None:
        out = StringIO()

        call_command("sync_roles", stdout=out)

        assert f"auditor: {len(PERMISSIONS[Role.AUDITOR])} permissions" in out.getvalue()


class TestRoles:
    def test_have_names_for_people(self) -> None:
        assert [role.label for role in Role] == [
            "Administrator",
            "Storekeeper",
            "Buyer",
            "General user",
            "Auditor",
        ]

    @pytest.mark.parametrize("role", [Role.GENERAL, Role.AUDITOR])
    def test_that_only_read_change_nothing(self, role: Role) -> None:
        acting = {name for name in PERMISSIONS[role] if ".view_" not in name}

        assert acting <= {
            "exchange.export_data",
            "stock.verify_ledger",
            "audit.export_auditentry",
        }

    def test_leave_the_ledger_to_the_services(self) -> None:
        """Nobody, the administrator included, may add, change or delete movements as rows."""
        for role in Role:
            for name in PERMISSIONS[role]:
                _app, _dot, action = name.partition(".")
                assert not action.endswith(("stockmovement", "stocklevel", "stocktake")) or (
                    action.startswith("view_")
                )


class TestCast:
    def test_has_the_rights_of_its_roles(
        self, storekeeper: User, buyer: User, general: User, auditor: User, outsider: User
    ) -> None:
        assert storekeeper.has_perm("stock.issue_stock")
        assert not buyer.has_perm("stock.issue_stock")
        assert buyer.has_perm("catalog.add_part")
        assert not general.has_perm("exchange.export_data")
        assert auditor.has_perm("stock.verify_ledger")
        assert outsider.is_staff
        assert outsider.get_all_permissions() == set()


class TestDemoUsers:
    def test_are_one_for_each_role_and_can_sign_in(self, tmp_path: Path) -> None:
        out = StringIO()

        call_command("create_demo_users", stdout=out)

        printed = dict(row.split() for row in out.getvalue().splitlines())
        assert set(printed) == {role.value for role in Role}
        for name, password in printed.items():
            user = User.objects.get(username=name)
            assert user.is_staff
            assert not user.is_superuser
            assert user.check_password(password)
            assert [group.name for group in user.groups.all()] == [name]

    def test_keep_their_passwords_in_a_file_for_the_owner_only(self, tmp_path: Path) -> None:
        file = tmp_path / "passwords.json"
        call_command("create_demo_users", passwords_file=file, stdout=StringIO())
        hashes = set(User.objects.values_list("password", flat=True))
        kept = json.loads(file.read_text())

        call_command("create_demo_users", passwords_file=file, stdout=StringIO())

        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert json.loads(file.read_text()) == kept
        assert set(User.objects.values_list("password", flat=True)) == hashes

    @pytest.mark.parametrize("content", ["", "[]", "{}", "nonsense"])
    def test_say_what_to_do_with_a_broken_file(self, content: str, tmp_path: Path) -> None:
        file = tmp_path / "passwords.json"
        file.write_text(content)

        with pytest.raises(CommandError, match="Delete it to have new passwords made"):
            call_command("create_demo_users", passwords_file=file)

    def test_ask_for_the_roles_first(self) -> None:
        Group.objects.all().delete()

        with pytest.raises(CommandError, match="sync_roles"):
            call_command("create_demo_users", stdout=StringIO())


class TestUser:
    def test_is_shown_with_the_family_name_first(self, storekeeper: User) -> None:
        assert str(storekeeper) == "倉庫 担当"

    def test_is_shown_by_the_account_where_the_name_is_missing(self) -> None:
        assert str(User(username="taro")) == "taro"
