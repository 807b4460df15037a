"""Nobody shares an account, and no two decide about the same order."""

import pytest

from loadtest.data import Data, NoAccountLeftError, Orders


def content() -> dict[str, object]:
    def person(name: str, work: str, **slices: object) -> dict[str, object]:
        known = {"name": name, "work": work, "language": "ja", "slice": slices}
        return {**known, "password": f"of {name}"}

    return {
        "everybody": {"parts": []},
        "people": [
            person("buyer-1", "buyer", orders={"draft": [1, 2], "ordered": [3]}),
            person("buyer-2", "buyer", orders={"draft": [4]}),
            person("auditor-1", "auditor"),
        ],
    }


class TestData:
    def test_gives_each_account_to_one_user(self) -> None:
        data = Data(content())

        assert [data.next_person("buyer").name for _turn in range(2)] == ["buyer-1", "buyer-2"]
        with pytest.raises(NoAccountLeftError, match="another buyer"):
            data.next_person("buyer")

    def test_takes_the_passwords_of_the_file_or_the_one_for_everybody(self) -> None:
        assert Data(content()).next_person("auditor").password == "of auditor-1"
        assert Data(content(), "shared").next_person("auditor").password == "shared"

    def test_knows_which_orders_wait_for_whom(self) -> None:
        data = Data(content())

        assert [data.orders.take("draft") for _turn in range(4)] == [1, 2, 4, None]
        assert data.orders.take("ordered") == 3


class TestOrders:
    def test_go_to_one_each_the_longest_waiting_first(self) -> None:
        orders = Orders()
        orders.hand_on("draft", 7)
        orders.hand_on("draft", 8)

        assert [orders.take("draft"), orders.take("draft"), orders.take("draft")] == [7, 8, None]
