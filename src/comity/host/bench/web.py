"""`comity bench web`: the console's lists and the desk beside 100,000 rows, over HTTP, signed in with both factors."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from comity.config.node import Role
from comity.host.bench.figures import Measured
from comity.host.bench.node import BenchNode, Say, bench_node
from comity.host.bench.samples import machine, median, quantile, spread
from comity.host.bench.seed_exchange import seed_disclosures
from comity.host.bench.seed_web import seed_agencies, seed_tasks
from comity.host.bench.servers import serving
from comity.host.bench.web_browser import Browser

COUNTED: Final = "comity.host.bench.counted:application"
DESK, POLL = "/console/", "/console/pulse/"
DESK_POST: Final = "az-dps/records-supervisor"
_LOOKS: Final = 12
_MARK: Final = "pulse/?seen="


@dataclass(frozen=True, slots=True)
class WebSize:
    """How many rows there are, and how often a run asks for each page."""

    rows: int
    agencies: int
    times: int
    gigabytes: float


FULL: Final = WebSize(rows=100_000, agencies=20_000, times=20, gigabytes=4)
QUICK: Final = WebSize(rows=2_000, agencies=500, times=5, gigabytes=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of the console: who looks at it, where it is, and in which ways it is asked for.

    `ways`: queries of its address, `{last}` in one stands for the number of its last page at the full size.
    """

    name: str
    post: str
    path: str
    ways: tuple[str, ...]


LISTS: Final = (
    Listed(
        "agencies",
        "az-dps/liaison",
        "/console/directory/",
        ("", "?q=police", "?q=springfield+marshal", "?kind=local&state=AZ", "?sort=-name", "?page=400", "?q=zzzz"),
    ),
    Listed(
        "rules", "az-dps/liaison", "/console/law/", ("", "?q=court", "?of=us-az&kind=permit", "?sort=-cite", "?page=3")
    ),
    Listed("accounts", "az-dps/security", "/console/accounts/", ("", "?q=az", "?state=open", "?sort=-last")),
    Listed("digest", DESK_POST, "/console/digest/", ("",)),
    Listed(
        "queue",
        DESK_POST,
        "/console/exchange/queue/",
        ("", "?kind=approval", "?partner=hsi-arizona", "?overdue=yes", "?sort=-opened", "?page=40"),
    ),
    Listed(
        "asks",
        "hsi-arizona/liaison",
        "/console/exchange/asks/",
        (
            "",
            "?status=disclosed",
            "?purpose=criminal_investigation",
            "?partner=az-dps",
            "?status=awaiting",
            "?sort=asked",
            "?page=40",
        ),
    ),
    Listed("deliveries", "hsi-arizona/liaison", "/console/exchange/deliveries/", ("", "?page=40")),
    Listed("told", "hsi-arizona/liaison", "/console/exchange/told/", ("",)),
    Listed("kept", DESK_POST, "/console/exchange/retention/", ("",)),
    Listed(
        "agreements", "az-dps/counsel", "/console/agreements/", ("", "?q=sharing", "?state=in_force", "?sort=-title")
    ),
    Listed("due", "az-dps/counsel", "/console/agreements/due/", ("",)),
    Listed("authorities", "az-dps/liaison", "/console/law/authorities/", ("", "?q=code", "?page=3")),
    Listed("tables", "az-dps/liaison", "/console/law/tables/", ("", "?q=law")),
    Listed("checkpoints", "az-dps/liaison", "/console/ledger/", ("",)),
    Listed("samples", "az-dps/auditor", "/console/audit/", ("",)),
)
"""Every list of the console: one that is added to it is added here by a line, and is measured from then on."""
PAGES: Final = (
    ("az-dps/liaison", "/console/may/"),
    ("az-dps/liaison", "/console/law/law-28/"),
    ("az-dps/liaison", "/console/directory/az-dps/"),
    ("az-dps/liaison", "/console/directory/task-forces/az-hidta/"),
    (DESK_POST, "/console/handover/"),
)
"""Other pages, for how large they are."""


@dataclass
class _Found:
    """What the runs found: of each page its times, the most ways to the database, the largest answer."""

    times: dict[str, list[list[float]]] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def look(self, name: str, browser: Browser, paths: Sequence[str], times: int) -> None:
        """Ask for each of the paths so often; an answer's own time counts, not that of the assets it names."""
        run: list[float] = []
        for _ in range(times):
            for path in paths:
                shown = browser.show(path)
                run.append(shown.milliseconds)
                self.statements[name] = max(self.statements.get(name, 0), shown.statements)
                self.sizes[path] = max(self.sizes.get(path, 0), shown.size + browser.load(shown.text))
        self.times.setdefault(name, []).append(run)

    def p95(self, name: str) -> list[float]:
        """Return the 95th percentile of each run."""
        return [quantile(run, 0.95) for run in self.times[name]]


def measure_web(*, size: WebSize, runs: int, say: Say) -> Measured:
    """Seed, serve by the node's own server, sign people in, ask for every list in every way and for the desk."""
    with bench_node("web", say=say, gigabytes=size.gigabytes) as node:
        _prepare(node, size, say)
        found = _Found()
        with serving(node.settings, "api", say=say, application=COUNTED), ExitStack() as stack:
            browsers = _sign_in(node, stack, say)
            _warm_up(browsers, say)
            for run in range(runs):
                say(f"run {run + 1} of {runs}")
                for one in LISTS:
                    found.look(one.name, browsers[one.post], [one.path + way for way in one.ways], size.times)
                found.look("desk", browsers[DESK_POST], [DESK], 5 * size.times)
                _poll(found, browsers[DESK_POST], 5 * size.times)
            for post, path in PAGES:
                found.look("pages", browsers[post], [path], 1)
        return _measured(found, size, runs, node)


def _prepare(node: BenchNode, size: WebSize, say: Say) -> None:
    from comity.host.demonstration.accounts import write_accounts
    from comity.host.demonstration.exchange import interface_of
    from comity.host.demonstration.standing import load_standing
    from comity.spine.tenancy.clock import database_now

    load_standing(now=database_now(), say=say)
    say("opening accounts")
    write_accounts(node.settings.home, now=database_now())
    holder, asker = interface_of("az-dps"), interface_of("hsi-arizona")
    with node.connect(Role.OWNER) as owner:
        seed_disclosures(
            owner,
            count=size.rows,
            asker_id=asker.agency_id,
            holder_id=holder.agency_id,
            post_id=asker.post_id,
            say=say,
        )
        seed_tasks(owner, count=size.rows, holder_id=holder.agency_id, asker_id=asker.agency_id, say=say)
        seed_agencies(owner, count=size.agencies, say=say)
    with node.connect(Role.BOOTSTRAP) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _sign_in(node: BenchNode, stack: ExitStack, say: Say) -> Mapping[str, Browser]:
    from comity.host.demonstration.account_file import read_accounts

    say("signing people in")
    posts = {DESK_POST, *(one.post for one in LISTS), *(post for post, _ in PAGES)}
    accounts = {one.post: one for one in read_accounts(node.settings.home)}
    browsers = {post: Browser.signed_in(node.settings, accounts[post]) for post in sorted(posts)}
    for browser in browsers.values():
        stack.callback(browser.close)
    return browsers


def _warm_up(browsers: Mapping[str, Browser], say: Say) -> None:
    """Let every process of the server read law, directory and who holds which post, which each does once.

    Over a new connection each time: which process takes one is chance.
    """
    say("first looks")
    looks = [(one.post, one.path) for one in LISTS] + [(DESK_POST, DESK)]
    for post, path in looks * _LOOKS:
        browsers[post].show(path, headers={"Connection": "close"})


def _poll(found: _Found, browser: Browser, times: int) -> None:
    """Ask as an open desk does: whether it is still what it was. A date that passes meanwhile makes it another one."""
    text, run = browser.show(DESK).text, list[float]()
    while len(run) < times:
        mark = text.partition(_MARK)[2].partition('"')[0]
        shown = browser.show(f"{POLL}?seen={mark}", headers={"HX-Request": "true"})
        if shown.text:
            text = shown.text
            continue
        run.append(shown.milliseconds)
        found.statements["poll"] = max(found.statements.get("poll", 0), shown.statements)
    found.times.setdefault("poll", []).append(run)


def _measured(found: _Found, size: WebSize, runs: int, node: BenchNode) -> Measured:
    names = [one.name for one in LISTS]
    slowest = [max(found.p95(name)[run] for name in names) for run in range(runs)]
    largest = max(found.sizes, key=lambda path: found.sizes[path])
    return Measured(
        "web",
        {
            "list_p95_ms": median(slowest),
            "list_queries": float(max(found.statements[name] for name in names)),
            "desk_p95_ms": median(found.p95("desk")),
            "page_kb": found.sizes[largest] / 1000,
        },
        {
            "runs": runs,
            "rows": {"asks": size.rows, "open_tasks": size.rows, "agencies": size.agencies},
            "asked_a_run": {one.name: size.times * len(one.ways) for one in LISTS} | {"desk": 5 * size.times},
            "p95_ms": {name: spread(found.p95(name)) for name in [*names, "desk", "poll"]},
            "p50_ms": {name: spread([median(run) for run in found.times[name]]) for name in [*names, "desk", "poll"]},
            "queries": dict(sorted(found.statements.items())),
            "counted": "statements, and BEGIN and COMMIT, of session, account, posts and page",
            "kb": {path: round(kb / 1000, 1) for path, kb in sorted(found.sizes.items(), key=lambda one: -one[1])[:8]},
            "sized": "head and body as they came over the wire, and assets the page names that the browser had not yet",
            "running": "one browser, its next request when it was answered; server with 2 workers",
            **node.details,
            "machine": machine(),
        },
    )
