"""A person at the page: what they do, and where they look."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

MARKET = "ETH-USDC"
# A busy machine takes its time; what is there is found at once.
PATIENCE_MS = 15_000
UNREACHABLE = "Failed to load resource: "
# What the pointer did last is on the screen.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (violation) =>
  console.error(`forbidden by ${violation.violatedDirective}: ${violation.blockedURI} in ${violation.sourceFile}`))"""

expect.set_options(timeout=PATIENCE_MS)


class Trader:
    """One tab of a browser.

    What the page's scripts fail with, what its security policy forbids and what the browser complains about is kept in
    `errors`, and fails the test that ends with them.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.address = address
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.add_init_script(TELL_VIOLATIONS)
        self.page.on("dialog", lambda dialog: self.errors.append(f"a dialog of a script: {dialog.message}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # That the exchange is away is the tests' own doing.
        if message.type == "error" and not message.text.startswith(UNREACHABLE):
            self.errors.append(f"console: {message.text}")

    # ---------------------------------------------------------------- being there

    def open(self, path: str = f"trade/{MARKET}") -> "Trader":
        """Load the page at a route."""
        self.page.goto(f"{self.address}/#/{path}")
        return self

    def go(self, path: str) -> "Trader":
        """Change the route, as a link does."""
        self.page.evaluate("path => { location.hash = `#/${path}` }", path)
        return self

    def sign_in(self, name: str) -> "Trader":
        """Sign in with a development account."""
        self.page.get_by_role("banner").get_by_role("button", name="Sign in").click()
        self.page.get_by_role("button", name=f"Sign in as {name}").click()
        expect(self.account_button(name)).to_be_visible()
        return self

    def account_button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=f"Account {name}")

    @property
    def connection(self) -> Locator:
        return self.page.get_by_test_id("connection")

    # ---------------------------------------------------------------- orders

    def fill_order(self, side: str, price: str, size: str) -> None:
        """Fill the order form with a limit order; sends nothing."""
        form = self.page.get_by_role("form", name="Order")
        form.get_by_role("radio", name=side, exact=True).click()
        form.get_by_label("Price", exact=True).fill(price)
        form.get_by_label("Size", exact=True).fill(size)

    def place(self, side: str, price: str, size: str) -> None:
        """Place a limit order, and wait until it was answered."""
        self.fill_order(side, price, size)
        self.submit(side)
        expect(self.page.get_by_role("form", name="Order").get_by_label("Size", exact=True)).to_have_value("")

    def submit(self, side: str) -> None:
        form = self.page.get_by_role("form", name="Order")
        form.get_by_role("button", name=re.compile(f"^{side} ")).click()

    # ---------------------------------------------------------------- where to look

    def tab(self, name: str) -> Locator:
        """Bring a tab of the account panel to the front; returns its table."""
        self.page.get_by_role("tab", name=re.compile(f"^{name}")).click()
        return self.page.get_by_role("table", name=name)

    def rows(self, name: str) -> Locator:
        """The rows of a tab that is in front, newest first, without its header."""
        return self.page.get_by_role("table", name=name).get_by_role("row").filter(has=self.page.get_by_role("cell"))

    def level(self, side: str, price: str) -> Locator:
        """The level of the order book (`Bids` or `Asks`) at a price."""
        return self.page.get_by_role("table", name=side).locator(f"[data-price='{price}']")

    def lines(self) -> Locator:
        """The account's orders on the chart."""
        return self.page.get_by_test_id("order-line")

    def hold_line(self, pixels: int) -> str | None:
        """Drag the only order's line down by so many pixels and keep hold of it; returns what it says there.

        The chart finds its scale while it loads: a line that was gone when it was taken hold of is tried again.
        """
        line = self.lines().get_by_role("slider")
        before = line.get_attribute("aria-valuetext")
        for _ in range(10):
            # Waits until the line stands still and is what the pointer meets.
            line.hover()
            box = line.bounding_box()
            assert box is not None
            self.page.mouse.down()
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            self.page.mouse.move(x, y + pixels, steps=4)
            self.page.evaluate(DRAWN)
            told = line.get_attribute("aria-valuetext")
            if told != before:
                return told
            self.page.mouse.up()
        raise AssertionError(f"the line of an order was not dragged in ten attempts: {before}")

    def drag_line(self, pixels: int) -> str | None:
        """Drag the only order's line down by so many pixels; returns what it said last before it was let go."""
        told = self.hold_line(pixels)
        self.page.mouse.up()
        return told

    def toasts(self) -> list[str]:
        return self.page.locator("[data-sonner-toast]").all_inner_texts()

    def toast(self, text: str) -> Locator:
        return self.page.locator("[data-sonner-toast]").filter(has_text=text).first
