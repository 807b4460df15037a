"""Trees of categories and locations: the database keeps the paths, and refuses cycles."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models.deletion import ProtectedError
from django.utils import translation

from core.models import TreeNode
from tests.webapp.database import refused_by
from tests.webapp.factories import CategoryFactory, LocationFactory, PartFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize(
        ("factory", "table"),
        [(CategoryFactory, "catalog_category"), (LocationFactory, "stock_location")],
        ids=["categories", "locations"],
    ),
]


def make(factory: Any, name: str, parent: TreeNode | None = None, **values: Any) -> Any:
    return factory.create(name_en=name, name_ja=values.pop("ja", ""), parent=parent, **values)


def path(node: TreeNode) -> str:
    node.refresh_from_db()
    return node.path


class TestPath:
    def test_leads_from_the_root_in_both_languages(self, factory: Any, table: str) -> None:
        root = make(factory, "Motors", ja="モーター")
        child = make(factory, "Brushless", root, ja="ブラシレス")
        grandchild = make(factory, "", child, ja="小型")

        assert grandchild.path == "Motors/Brushless/小型"
        assert grandchild.path_ja == "モーター/ブラシレス/小型"
        assert str(grandchild) == "Motors / Brushless / 小型"
        with translation.override("ja"):
            assert str(grandchild) == "モーター / ブラシレス / 小型"

    def test_follows_a_new_name_above(self, factory: Any, table: str) -> None:
        root = make(factory, "Motors")
        child = make(factory, "Brushless", root)
        grandchild = make(factory, "Small", child)

        root.name_en = "Drives"
        root.save()

        assert path(child) == "Drives/Brushless"
        assert path(grandchild) == "Drives/Brushless/Small"

    def test_follows_a_new_japanese_name_alone(self, factory: Any, table: str) -> None:
        root = make(factory, "Motors", ja="モータ")
        child = make(factory, "Brushless", root)

        root.name_ja = "モーター"
        root.save()

        child.refresh_from_db()
        assert child.path_ja == "モーター/Brushless"

    def test_follows_a_move_of_the_branch(self, factory: Any, table: str) -> None:
        old = make(factory, "Old")
        new = make(factory, "New")
        branch = make(factory, "Branch", old)
        leaf = make(factory, "Leaf", branch)

        type(branch).objects.filter(pk=branch.pk).update(parent=new)
        assert path(leaf) == "New/Branch/Leaf"

        branch.refresh_from_db()
        branch.parent = None
        branch.save()
        assert path(leaf) == "Branch/Leaf"

    def test_cannot_be_forged(self, factory: Any, table: str) -> None:
        node = make(factory, "Motors")

        type(node).objects.update(path="Forged")

        assert path(node) == "Motors"


class TestCycle:
    @pytest.mark.parametrize("below", [0, 1, 2])
    def test_is_refused_by_the_database(self, below: int, factory: Any, table: str) -> None:
        root = make(factory, "Root")
        branch = make(factory, "Branch", root)
        leaf = make(factory, "Leaf", branch)

        with refused_by(f"{table}_no_cycle"):
            type(root).objects.filter(pk=root.pk).update(parent=[root, branch, leaf][below])

    @pytest.mark.parametrize("below", [0, 1, 2])
    def test_is_refused_in_words(self, below: int, factory: Any, table: str) -> None:
        root = make(factory, "Root")
        branch = make(factory, "Branch", root)
        leaf = make(factory, "Leaf", branch)
        root.parent = [root, branch, leaf][below]

        with pytest.raises(ValidationError) as caught:
            root.full_clean()

        assert caught.value.message_dict["parent"] == [
            "A branch cannot be moved beneath itself. Choose a parent outside it."
        ]

    def test_is_not_seen_in_a_name_that_only_begins_alike(self, factory: Any, table: str) -> None:
        root = make(factory, "Root")
        root.parent = make(factory, "Roots")

        root.full_clean()


class TestName:
    def test_is_needed_in_one_language(self, factory: Any, table: str) -> None:
        with refused_by(f"{table}_has_name"):
            make(factory, "")
        with pytest.raises(ValidationError, match="Give a name in Japanese or in English"):
            factory.build(name_en=" ", name_ja="").full_clean()

    def test_has_no_slash(self, factory: Any, table: str) -> None:
        for names in ({"name_en": "A/B"}, {"name_en": "A", "name_ja": "あ/い"}):
            with refused_by(f"{table}_name_without_slash"):
                factory.create(**names)
            with pytest.raises(ValidationError, match="A name cannot contain “/”"):
                factory.build(**names).full_clean()

    def test_is_one_of_its_own_beside_its_siblings(self, factory: Any, table: str) -> None:
        root = make(factory, "Root")
        make(factory, "Motors", root)
        make(factory, "Motors")

        with refused_by(f"{table}_path_unique"):
            make(factory, "motors", root)
        with pytest.raises(ValidationError, match="“Root/motors” exists already"):
            factory.build(name_en="motors", name_ja="", parent=root).full_clean()

    def test_may_be_kept(self, factory: Any, table: str) -> None:
        make(factory, "Motors").full_clean()


class TestDelete:
    def test_is_refused_with_something_beneath(self, factory: Any, table: str) -> None:
        root = make(factory, "Root")
        make(factory, "Leaf", root)

        with pytest.raises(ProtectedError):
            root.delete()


class TestCategoryWithParts:
    def test_is_not_deleted(self, factory: Any, table: str) -> None:
        part = PartFactory.create()

        with pytest.raises(ProtectedError):
            part.category.delete()
