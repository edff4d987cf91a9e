"""What a test does at a page: opens windows, signs in by typing, looks for what hinders people."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from web_people import PASSWORD, House, Person, forget_used_codes

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Window:
    """A browser's window; `faults`: what it complained of, and answers that failed."""

    site: "Site"
    page: Any
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, path: str) -> None:
        """Go to a page of the node."""
        self.page.goto(self.site.address + path)

    def sign_in(self, person: Person) -> None:
        """Come in as people do: by typing."""
        self.open("/console/")
        self.page.fill("[name=login]", person.username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_selector("[name=code]")
        forget_used_codes(person.account_id)
        self.page.fill("[name=code]", person.code())
        self.page.press("[name=code]", "Enter")
        self.page.wait_for_url("**/console/")

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA, and a page that is wider than its window."""
        self.page.evaluate(AXE.read_text("utf-8"))
        run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
        found = self.page.evaluate(run, STANDARD)["violations"]
        told = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [*told, *([f"{wide} px too wide"] if wide > 0 else [])]


@dataclass
class Site:
    """The node's pages and who looks at them."""

    address: str
    house: House
    browser: Any
    _open: list[Any] = field(default_factory=list)

    def window(self, *, width: int = 1280, language: str = "en-US", script: bool = True) -> Window:
        """Open a window, of its own browser as to cookies."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, java_script_enabled=script
        )
        self._open.append(context)
        return Window(self, context.new_page())

    def close(self) -> None:
        """Close every window."""
        for context in self._open:
            context.close()
