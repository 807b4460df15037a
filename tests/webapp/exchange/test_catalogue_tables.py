"""Categories, locations, suppliers, parts and supplier parts, row by row."""

from decimal import Decimal

import pytest

from catalog.models import Category, Part, Supplier, SupplierPart
from stock.models import Location
from tests.webapp.exchange.conftest import Importer, places, problems
from tests.webapp.factories import stocked


class TestHeader:
    @pytest.mark.parametrize(
        "header",
        ["part_number,name_ja", "Ｐａｒｔ＿Ｎｕｍｂｅｒ,NAME_JA", "Part number,名称（日本語）"],
    )
    def test_is_a_name_or_a_label_in_either_language(
        self, plan_of: Importer, db: None, header: str
    ) -> None:
        plan = plan_of("parts", f"{header}\nX-1,モーター\n")

        assert places(plan) == [(2, "category_path")]

    def test_of_no_column_is_refused_with_the_nearest_name(self, plan_of: Importer) -> None:
        plan = plan_of("parts", "part_nummer,colour\nX-1,red\n")

        assert [(p.column, p.remedy) for p in problems(plan)] == [
            ("part_nummer", "Did you mean part_number? Rename the header."),
            ("colour", "Rename the header, or delete the column."),
            ("part_number", "Add the column and fill it in every row."),
        ]
        assert "category_path" in problems(plan)[0].expected

    def test_twice_is_refused(self, plan_of: Importer) -> None:
        assert places(plan_of("parts", "part_number,number\nX-1,X-1\n")) == [(1, "part_number")]

    def test_is_shorter_than_no_row(self, plan_of: Importer, catalogue: None) -> None:
        plan = plan_of("suppliers", "name,notes\nA,b,c\nD,e,,\n")

        assert places(plan) == [(2, "")]

    def test_of_an_error_file_is_passed_over(self, plan_of: Importer, db: None) -> None:
        plan = plan_of("suppliers", "name,import errors\nA,what was wrong\n")

        assert (places(plan), plan.created) == ([], 1)


class TestCategories:
    def test_come_with_their_ancestors_in_any_order(self, import_text: Importer) -> None:
        import_text("categories", "path\nA/B/C\nA\nA/B\n")

        assert set(Category.objects.values_list("path", flat=True)) == {"A", "A/B", "A/B/C"}

    def test_are_named_in_the_language_of_the_path(self, import_text: Importer) -> None:
        import_text("categories", "path,name_ja,name_en\nモーター,,Motors\nMotors/Brushless,,\n")

        motors, brushless = Category.objects.order_by("path")
        assert (motors.name_ja, motors.name_en) == ("モーター", "Motors")
        assert (brushless.name_ja, brushless.name_en) == ("", "Brushless")

    def test_are_found_by_either_name_and_any_width(
        self, plan_of: Importer, catalogue: None
    ) -> None:
        plan = plan_of("categories", "path\nモーター/ＢＲＵＳＨＬＥＳＳ\nMOTORS\n")

        assert (plan.unchanged, plan.changes, places(plan)) == (2, [], [])

    def test_twice_in_a_file_name_both_rows(self, plan_of: Importer, db: None) -> None:
        plan = plan_of("categories", "path,name_ja\nMotors,モーター\nmotors,\nモーター,\n")

        assert [(p.row, p.remedy) for p in problems(plan)] == [
            (3, "Row 2 is the same one. Delete one of the two rows."),
            (4, "Row 2 is the same one. Delete one of the two rows."),
        ]

    def test_without_their_ancestor_are_refused_once(self, plan_of: Importer, db: None) -> None:
        plan = plan_of("categories", "path\nA/B/C\nA/B/D\nA//B\n")

        assert [(p.row, p.expected) for p in problems(plan)] == [
            (2, "“A/B” in the file or in the database"),
            (4, "names between single slashes, such as Electronics/Passives"),
        ]

    def test_are_renamed_and_keep_their_branch(
        self, import_text: Importer, catalogue: None
    ) -> None:
        import_text("categories", "path,name_en\nMotors,Engines\nMotors/Brushless,Brushless\n")

        assert Category.objects.filter(path="Engines/Brushless").exists()

    def test_keep_the_name_that_the_path_gives(self, plan_of: Importer, catalogue: None) -> None:
        plan = plan_of("categories", "path,name_ja,name_en\nMotors,モーター,\n")

        assert (plan.unchanged, plan.changes) == (1, [])

    def test_whose_path_ends_in_neither_name_are_refused(self, plan_of: Importer, db: None) -> None:
        plan = plan_of("categories", "path,name_ja,name_en\nMotors,モーター,Engines\n")

        assert places(plan) == [(2, "path")]


class TestLocations:
    def test_are_deactivated(self, import_text: Importer, catalogue: None) -> None:
        plan = import_text("locations", "path,active\n倉庫/棚A,無効\n")

        [change] = plan.changes
        assert [(f.column, f.old, f.new) for f in change.fields] == [("active", True, False)]
        assert Location.objects.get(path="Store/Shelf A").active is False


class TestSuppliers:
    def test_take_defaults_for_empty_cells(self, import_text: Importer) -> None:
        import_text("suppliers", "name,currency,active\nA,,\n")

        supplier = Supplier.objects.get()
        assert (supplier.currency, supplier.active) == ("JPY", True)

    def test_keep_what_the_file_does_not_name(self, import_text: Importer, catalogue: None) -> None:
        import_text("suppliers", "name,notes\nＷＩＲＥＹ,Closed on Mondays\n")

        supplier = Supplier.objects.get(name="Wirey")
        assert (supplier.currency, supplier.notes) == ("USD", "Closed on Mondays")


class TestParts:
    def test_change_only_what_differs(self, import_text: Importer, catalogue: None) -> None:
        before = Part.objects.get(number="MT-1")

        plan = import_text(
            "parts", "part_number,name,minimum_stock\nｍｔ－１,Motor,１２\nCB-1,Cable,\n"
        )

        [change] = plan.changes
        assert [(f.column, f.old, f.new) for f in change.fields] == [("reorder_point", 0, 12)]
        part = Part.objects.get(number="MT-1")
        assert part.reorder_point == 12
        assert part.updated_at > before.updated_at

    def test_are_judged_cell_by_cell(self, plan_of: Importer, catalogue: None) -> None:
        plan = plan_of(
            "parts",
            "part_number,name,category_path,unit,minimum_stock,target_quantity,active\n"
            ',x,Motors,pcs,1,,true\nN-1,,Nowhere,furlong,"1,5",,perhaps\n'
            "N-2,x,Motors,pcs,10,5,true\nN-3,x,,pcs,1,2,true\nN-2,again,Motors,,,,\n"
            "N-4,#REF!,Motors,,,,\n",
        )

        assert places(plan) == [
            (2, "part_number"),
            (3, "unit"), (3, "reorder_point"), (3, "active"), (3, "category_path"),
            (3, "name_en"),
            (4, "target_quantity"),
            (5, "category_path"),
            (6, "part_number"),
            (7, "name_en"),
        ]  # fmt: skip

    def test_need_a_category_only_when_new(self, plan_of: Importer, catalogue: None) -> None:
        plan = plan_of("parts", "part_number,name\nMT-1,Renamed\nN-1,New\n")

        assert places(plan) == [(3, "category_path")]

    def test_keep_their_unit_once_stock_moved(self, plan_of: Importer, catalogue: None) -> None:
        stocked(Part.objects.get(number="CB-1"), Location.objects.get(path="Store"), 3)

        plan = plan_of("parts", "part_number,unit,tracking\nCB-1,kg,lot\nMT-1,set,lot\n")

        assert places(plan) == [(2, "tracking"), (2, "unit")]

    def test_keep_a_unit_that_packs_convert_into(
        self, plan_of: Importer, import_text: Importer, catalogue: None
    ) -> None:
        import_text(
            "supplier_parts", "part_number,supplier,sku,pack_quantity\nCB-1,Wirey,W,100 ft\n"
        )

        assert places(plan_of("parts", "part_number,unit\nCB-1,kg\n")) == [(2, "unit")]
        assert places(plan_of("parts", "part_number,unit\nCB-1,cm\n")) == []


class TestSupplierParts:
    def test_read_packs_and_default_the_currency(
        self, import_text: Importer, catalogue: None
    ) -> None:
        import_text(
            "supplier_parts",
            "part_number,supplier,sku,pack_quantity,unit_price\n"
            'CB-1,wirey,W-1,500 feet,"1,200.5"\nCB-1,Wirey,W-2,foot,\n'
            "MT-1,Tokyo Rotor,T,500,１２０\n"
            "CB-1,Wirey,W-3,,\n",
        )

        offers = {offer.sku: offer for offer in SupplierPart.objects.select_related("part")}
        assert offers["W-1"].pack_in_base_units == Decimal("152.4")
        assert (offers["W-1"].unit_price, offers["W-1"].currency) == (Decimal("1200.5"), "USD")
        assert (offers["W-2"].pack_quantity, offers["W-2"].pack_unit) == (Decimal(1), "ft")
        assert (offers["W-2"].unit_price, offers["W-2"].currency) == (None, "")
        assert (offers["T"].pack_quantity, offers["T"].pack_unit) == (Decimal(500), "pcs")
        assert offers["T"].currency == "JPY"
        assert (offers["W-3"].pack_quantity, offers["W-3"].pack_unit) == (Decimal(1), "m")

    def test_are_refused_with_reasons(self, plan_of: Importer, catalogue: None) -> None:
        plan = plan_of(
            "supplier_parts",
            "part_number,supplier,sku,pack_quantity,unit_price\n"
            "CB-1,Wirey,A,250 ml,\nNO-1,Wirey,B,,\nCB-1,Nobody,C,,\nCB-1,Wirey,D,many,\n"
            "CB-1,Wirey,E,0,\nCB-1,Wirey,F,,-3\nCB-1,Wirey,a,,\n",
        )

        assert places(plan) == [
            (2, "pack_quantity"), (3, "part_number"), (4, "supplier"), (5, "pack_quantity"),
            (6, "pack_quantity"), (7, "unit_price"), (8, "supplier"),
        ]  # fmt: skip

    def test_pass_the_mark_of_preference_on(self, import_text: Importer, catalogue: None) -> None:
        header = "part_number,supplier,sku,preferred\n"
        import_text("supplier_parts", header + "CB-1,Wirey,A,true\nCB-1,Wirey,B,\n")

        import_text("supplier_parts", header + "CB-1,Wirey,B,true\nCB-1,Wirey,A,false\n")
        import_text("supplier_parts", header + "CB-1,Wirey,C,true\nCB-1,Wirey,B,false\n")

        assert SupplierPart.objects.get(preferred=True).sku == "C"

    def test_have_one_preferred_supplier(
        self, plan_of: Importer, import_text: Importer, catalogue: None
    ) -> None:
        header = "part_number,supplier,sku,preferred\n"
        import_text("supplier_parts", header + "CB-1,Wirey,A,true\n")

        plan = plan_of(
            "supplier_parts",
            header + "CB-1,Wirey,B,true\nMT-1,Wirey,C,true\nMT-1,Wirey,D,true\n",
        )

        assert [(p.row, p.remedy.split(".")[0]) for p in problems(plan)] == [
            (2, "Wirey: A is preferred"),
            (4, "Row 3 is preferred as well"),
        ]
