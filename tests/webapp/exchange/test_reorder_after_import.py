"""An import brings the re-order proposals up to date, in its own transaction."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from access.models import User
from catalog.models import Part
from exchange import services
from exchange.problems import RefusedError
from purchasing.models import ProposalState, PurchaseOrder, ReorderProposal
from tests.webapp.exchange.conftest import Importer

type Apply = Callable[[str, str], None]


@pytest.fixture
def apply(administrator: User) -> Apply:
    """``apply("parts", text)``: preview and import, as the pages do."""

    def do(table: str, text: str) -> None:
        run = services.preview(
            table=table, file_name=f"{table}.csv", content=text.encode(), by=administrator
        )
        assert run.summary["errors"] == []
        services.apply(run=run, by=administrator, at=timezone.now())

    return do


@pytest.fixture
def cable(catalogue: None, import_text: Importer) -> Part:
    """Bought of Wirey by the roll; none is there, and none is wanted."""
    import_text("supplier_parts", "part_number,supplier,sku,pack_quantity\nCB-1,Wirey,ROLL,100\n")
    return Part.objects.get(number="CB-1")


def open_proposals() -> list[tuple[str, int]]:
    found = ReorderProposal.objects.filter(state=ProposalState.OPEN)
    return [(number, int(packs)) for number, packs in found.values_list("part__number", "packs")]


@pytest.mark.usefixtures("cable")
class TestImport:
    def test_of_a_reorder_point_proposes(self, apply: Apply) -> None:
        apply("parts", "part_number,reorder_point,target_quantity\nCB-1,50,250\n")

        assert open_proposals() == [("CB-1", 3)]

    def test_of_a_supplier_part_proposes_and_another_pack_proposes_anew(self, apply: Apply) -> None:
        Part.objects.filter(number="MT-1").update(reorder_point=5)

        header = "part_number,supplier,sku,pack_quantity\n"
        apply("supplier_parts", header + "MT-1,Wirey,M,2\n")
        assert open_proposals() == [("MT-1", 3)]
        apply("supplier_parts", header + "MT-1,Wirey,M,5\n")
        assert open_proposals() == [("MT-1", 2)]

    def test_of_another_part_of_an_offer_looks_at_both(self, apply: Apply) -> None:
        Part.objects.filter(number__in=["CB-1", "MT-1"]).update(reorder_point=50, unit="m")
        apply("supplier_parts", "part_number,supplier,sku,unit_price\nCB-1,Wirey,ROLL,9\n")
        assert open_proposals() == [("CB-1", 1)]

        apply("supplier_parts", "part_number,supplier,sku\nMT-1,Wirey,ROLL\n")

        assert open_proposals() == [("MT-1", 1)]

    def test_of_a_supplier_who_sells_no_more_withdraws(self, apply: Apply) -> None:
        apply("parts", "part_number,reorder_point\nCB-1,50\n")

        apply("suppliers", "name,active\nWirey,false\n")
        assert open_proposals() == []
        apply("suppliers", "name,active\nWirey,true\n")
        assert open_proposals() == [("CB-1", 1)]

    def test_of_stock_withdraws_and_of_less_proposes(self, apply: Apply) -> None:
        apply("parts", "part_number,reorder_point\nCB-1,50\n")

        header = "part_number,location_path,quantity\n"
        apply("opening_stock", header + "CB-1,Store,51\n")
        assert open_proposals() == []
        apply("opening_stock", header + "CB-1,Store,50\n")
        assert open_proposals() == [("CB-1", 1)]

    def test_of_an_order_withdraws(self, apply: Apply) -> None:
        apply("parts", "part_number,reorder_point\nCB-1,50\n")
        apply("purchase_orders", "reference,supplier,status\nA,Wirey,placed\n")
        assert open_proposals() == [("CB-1", 1)]

        apply("purchase_order_lines", "reference,sku,quantity\nA,ROLL,1\n")

        assert open_proposals() == []
        [proposal] = ReorderProposal.objects.all()
        assert (proposal.state, proposal.reason) == (ProposalState.WITHDRAWN, "coming")

    def test_that_is_refused_proposes_nothing(
        self, apply: Apply, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.db import IntegrityError

        def refused(*args: object, **kwargs: object) -> None:
            raise IntegrityError("no")

        monkeypatch.setattr("exchange.services.reorder", refused)

        with pytest.raises(RefusedError):
            apply("parts", "part_number,reorder_point\nCB-1,50\n")

        assert Part.objects.get(number="CB-1").reorder_point == 0


class TestFolder:
    FILES = {
        "categories": "path\nWire\n",
        "locations": "path\nStore\n",
        "suppliers": "name\nWirey\n",
        "parts": "part_number,name,category_path,reorder_point\nA,a,Wire,5\nB,b,Wire,5\n",
        "supplier_parts": "part_number,supplier,sku\nA,Wirey,A\nB,Wirey,B\n",
        "opening_stock": "part_number,location_path,quantity\nB,Store,9\n",
    }

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name, text in self.FILES.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return tmp_path

    def test_proposes_once_after_its_last_file(self, folder: Path, db: None) -> None:
        """Stock of B came after its reorder point: nothing was proposed in between."""
        call_command("import_catalogue", str(folder), verbosity=0)

        assert list(ReorderProposal.objects.values_list("part__number", "state")) == [("A", "open")]

    def test_proposes_nothing_when_it_is_only_tried(self, folder: Path, db: None) -> None:
        call_command("import_catalogue", str(folder), dry_run=True, verbosity=0)

        assert not ReorderProposal.objects.exists()

    def test_counts_the_orders_of_its_last_files(self, folder: Path, db: None) -> None:
        (folder / "purchase_orders.csv").write_text("reference,supplier,status\nO,Wirey,placed\n")
        (folder / "purchase_order_lines.csv").write_text("reference,sku,quantity\nO,A,9\n")

        call_command("import_catalogue", str(folder), verbosity=0)

        assert not ReorderProposal.objects.exists()
        assert PurchaseOrder.objects.count() == 1
