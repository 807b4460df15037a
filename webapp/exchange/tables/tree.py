"""Files of trees: categories and locations by their path from the root."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import TreeNode, in_japanese
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row
from exchange.finder import Finder
from exchange.problems import CellError, Problems
from exchange.tables.base import ModelTable, is_new

LONGEST_NAME = 200
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f々〆]")


def segments(path: str) -> list[str]:
    """The names on a path: ``Electronics / Passives`` → two."""
    return [segment.strip() for segment in path.replace("／", "/").split("/")]


def sides(segment: str) -> tuple[str, str]:
    """A name as (Japanese, English): Japanese when it has a Japanese character."""
    return (segment, "") if _JAPANESE.search(segment) else ("", segment)


class Tree[Node: TreeNode]:
    """Nodes by path, where each name counts in either language.

    A node's first name, which makes its path in the database, goes before another's second.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._children: Finder[Node] = Finder()
        self._parents: dict[int, Node | None] = {}
        self._nodes = nodes = list(nodes)
        by_pk = {node.pk: node for node in nodes}
        for node in nodes:
            parent = by_pk.get(_parent_key(node))
            self._parents[id(node)] = parent
            self._children.add(node.name_en or node.name_ja, node, within=_place(parent))
        for node in nodes:
            if node.name_ja and node.name_en:
                self._children.add(node.name_ja, node, within=_place(by_pk.get(_parent_key(node))))

    def find(self, path: str) -> Node | None:
        node: Node | None = None
        for segment in segments(path):
            node = self.child(node, segment)
            if node is None:
                return None
        return node

    def child(self, parent: Node | None, name: str) -> Node | None:
        return self._children.find(name, within=_place(parent))

    def add(self, node: Node, parent: Node | None, written: str) -> None:
        """A node that the file makes, by all its names and by what the file calls it."""
        self._parents[id(node)] = parent
        for name in (written, node.name_en, node.name_ja):
            if name:
                self._children.add(name, node, within=_place(parent))

    def add_missing(self, path: Sequence[str], model: type[Any]) -> Node | None:
        """Stand-ins for missing nodes, so that each of them is complained about once."""
        node: Node | None = None
        for name in path:
            found = self.child(node, name)
            if found is None:
                found = model(name_en=name)
                self.add(found, node, name)
            node = found
        return node

    def path(self, node: Node) -> str:
        """In the user's language where that leads back to the node, else as the database has it."""
        own = self._joined(node, japanese=in_japanese())
        return own if self.find(own) is node else self._joined(node, japanese=False)

    def paths(self) -> dict[int, str]:
        """``path`` of every node, by primary key."""
        return {node.pk: self.path(node) for node in self._nodes}

    def _joined(self, node: Node, *, japanese: bool) -> str:
        names: list[str] = []
        step: Node | None = node
        while step is not None:
            first, second = (
                (step.name_ja, step.name_en) if japanese else (step.name_en, step.name_ja)
            )
            names.append(first or second)
            step = self._parents[id(step)]
        return "/".join(reversed(names))


_STATE = """
    SELECT coalesce(md5(string_agg(ROW(id, path, path_ja)::text, '' ORDER BY id)), '') FROM {table}
"""
# Of each tree and language: what its paths were when they were worked out, and what they mean.
_known: dict[tuple[type[models.Model], bool], tuple[str, dict[int, str]]] = {}


def paths_of(model: type[models.Model]) -> dict[int, str]:
    """``Tree.path`` of every node, worked out again when a name or a place in the tree changed.

    Each export asks for it, and a tree of some hundred nodes costs more than a hundred rows.
    """
    nodes: Any = model._default_manager
    with connection.cursor() as cursor:
        cursor.execute(_STATE.format(table=connection.ops.quote_name(model._meta.db_table)))
        (state,) = cursor.fetchone()
    key = (model, in_japanese())
    known, paths = _known.get(key, ("-", {}))
    if known != state:
        paths = Tree(nodes.order_by("pk")).paths()
        _known[key] = (state, paths)
    return paths


def _parent_key(node: TreeNode) -> int | None:
    key: int | None = getattr(node, "parent_id")  # noqa: B009 - the model is abstract
    return key


def _place(node: TreeNode | None) -> Hashable:
    return None if node is None else id(node)


def parse_path(cell: str) -> str:
    """A path without empty names."""
    names = segments(cell)
    if not all(names):
        raise CellError(
            _("names between single slashes, such as Electronics/Passives"),
            _("Remove the slash at the beginning, at the end or in double."),
        )
    if any(len(name) > LONGEST_NAME for name in names):
        raise CellError(
            _("names of at most %(limit)d characters") % {"limit": LONGEST_NAME},
            _("Shorten the name."),
        )
    return "/".join(names)


PATH = Column(
    name="path",
    label=gettext_lazy("path"),
    parse=parse_path,
    identity=True,
    required=True,
    filled=True,
    example="Electronics/Passives",
    help=gettext_lazy("From the root, separated by “/”; Japanese or English names."),
)
NAMES = (
    Column(
        name="name_ja",
        label=gettext_lazy("name (Japanese)"),
        parse=parsers.text(LONGEST_NAME),
        example="受動部品",
    ),
    Column(
        name="name_en",
        label=gettext_lazy("name (English)"),
        parse=parsers.text(LONGEST_NAME),
        example="Passives",
    ),
)


def _tree(nodes: Iterable[Any]) -> Tree[Any]:
    return Tree(nodes)


class TreeTable(ModelTable[Tree[Any]]):
    """Parents before children, whatever the order in the file."""

    def load(self, rows: Sequence[Row], *, lock: bool) -> Tree[Any]:
        nodes = self.model._default_manager.order_by("pk")
        return _tree(nodes.select_for_update(no_key=True) if lock else nodes)

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        paths = paths_of(self.model)
        return {"path": lambda node: paths[node.pk]}

    def in_order(self, rows: Sequence[Row]) -> Sequence[Row]:
        return sorted(rows, key=lambda row: len(segments(row.cells["path"])))

    def find(self, row: Row, references: Tree[Any]) -> Any | None:
        return references.find(row.values["path"])

    def identity(self, row: Row, found: Any | None) -> Hashable:
        return id(found) if found is not None else fold(row.values["path"])

    def key(self, row: Row) -> str:
        return str(row.values["path"])

    def new(self, row: Row, references: Tree[Any]) -> Any:
        return self.model()

    def fill(self, instance: Any, row: Row, references: Tree[Any], problems: Problems) -> None:
        added = is_new(instance)
        *above, own = segments(row.values["path"])
        parent = references.find("/".join(above)) if above else None
        names = _names(instance, row, own)
        super().fill(instance, row, references, problems)
        instance.name_ja, instance.name_en = names
        if not added:
            return
        if above and parent is None:
            problems.add(
                row.number,
                "path",
                row.values["path"],
                _("“%(parent)s” in the file or in the database") % {"parent": "/".join(above)},
                _("Add a row for “%(parent)s”, or correct the path.") % {"parent": "/".join(above)},
            )
            parent = references.add_missing(above, self.model)
        elif fold(own) not in {fold(name) for name in names}:
            problems.add(
                row.number,
                "path",
                own,
                _("one of the two names as the end of the path"),
                _("End the path with “%(name)s”, or correct the name.")
                % {"name": names[1] or names[0]},
            )
        instance.parent = parent
        references.add(instance, parent, own)

    def check(self, instance: Any, row: Row, references: Tree[Any], problems: Problems) -> None:
        for column in ("name_ja", "name_en"):
            name = getattr(instance, column)
            if "/" in name:
                problems.add(
                    row.number,
                    column,
                    name,
                    _("a name without “/”"),
                    _("Replace “/”: it separates the levels."),
                )

    def insert(self, instances: Sequence[Any]) -> None:
        for level in _levels(instances):
            for node in level:
                node.parent = node.parent  # takes over the key that the level above was given
            super().insert(level)


def _names(instance: Any, row: Row, own: str) -> tuple[str, str]:
    """The names (Japanese, English) after the row; the path fills in what is left empty.

    So that a path never stops leading to its node because a name column is empty.
    """
    japanese = row.values.get("name_ja", instance.name_ja)
    english = row.values.get("name_en", instance.name_en)
    if fold(own) in {fold(japanese), fold(english)}:
        return japanese, english
    own_ja, own_en = sides(own)
    if is_new(instance):
        return japanese or own_ja, english or own_en
    if own_ja:
        return japanese or instance.name_ja, english
    return japanese, english or instance.name_en


def _levels(nodes: Sequence[Any]) -> Iterator[list[Any]]:
    """New nodes by their distance from the nodes that exist."""
    waiting = list(nodes)
    while waiting:
        new = {id(node) for node in waiting}
        level = [node for node in waiting if id(node.parent) not in new]
        yield level
        done = {id(node) for node in level}
        waiting = [node for node in waiting if id(node) not in done]
