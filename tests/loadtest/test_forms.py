"""A form is read out of a page as a browser would send it back."""

import pytest

from loadtest.forms import NoFormError, read_form, refusals

PAGE = """
<html><form action="/out/" method="post"><input name="other" value="1"></form>
<form method="post" class="inventory-form" data-once novalidate>
  <input type="hidden" name="csrfmiddlewaretoken" value="abc">
  <input type="text" name="reason" value="a &amp; b">
  <input type="checkbox" name="off"><input type="checkbox" name="on" checked>
  <select name="place"><option value="">-</option><option value="7" selected>Shelf</option></select>
  <select name="first"><option value="1">One</option><option value="2">Two</option></select>
  <select name="none"></select>
  <textarea name="notes" rows="2">
one
&lt;two&gt;</textarea>
  <template><input type="text" name="lines-__prefix__-part"></template>
  <input type="submit" name="_save" value="Save"><button name="_also" value="1">x</button>
</form></html>
"""


class TestReadForm:
    def test_reads_every_field_as_it_would_be_sent(self) -> None:
        assert read_form(PAGE, 'class="inventory-form"') == {
            "csrfmiddlewaretoken": "abc",
            "reason": "a & b",
            "on": "",
            "place": "7",
            "first": "1",
            "notes": "one\n<two>",
        }

    def test_takes_the_form_that_is_marked(self) -> None:
        assert read_form(PAGE, 'action="/out/"') == {"other": "1"}

    def test_refuses_to_go_on_without_the_form(self) -> None:
        with pytest.raises(NoFormError):
            read_form(PAGE, 'action="/elsewhere/"')


class TestRefusals:
    def test_are_the_messages_of_fields_and_page(self) -> None:
        page = (
            '<p class="inventory-error" id="x">Enter <b>one</b>.</p>'
            '<div class="inventory-alert" role="alert"> <p>9 asked for, 5 there.</p></div>'
        )

        assert refusals(page) == "Enter one .; 9 asked for, 5 there."

    def test_are_empty_on_a_page_without_any(self) -> None:
        assert refusals(PAGE) == ""
