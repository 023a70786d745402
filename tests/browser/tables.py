"""Tables of Streamlit, which are pictures: where to click, and when."""

from playwright.sync_api import Locator, expect

_ROW = 35  # px, of a row and of the line with the titles


def tick(table: Locator, row: int) -> None:
    """Click on the sign before a row, counted from 0.

    The words that a table keeps for screen readers come after it is painted, so a click waits for them.
    """
    expect(table.locator("canvas [role=row]").nth(row + 1)).to_be_attached()
    box = table.bounding_box()
    assert box is not None
    table.page.mouse.click(box["x"] + 17, box["y"] + _ROW * (row + 1) + _ROW / 2)
