"""The page of the ledger checks the log by itself, and says so when what it fetched is not what the log signed."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from comity.spine.ledger.proofs import consistency_spans, inclusion_spans
from portal_log import grown, put_key

REMEMBER = """changed => {
    const [name] = Object.keys(localStorage), kept = JSON.parse(localStorage[name]);
    localStorage[name] = JSON.stringify({ ...kept, ...changed, size: kept.size + (changed.size || 0) });
}"""
"""What the browser keeps of the log is made to say something else."""
NO_ED25519 = """
const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (form, key, way, ...rest) => way.name === "Ed25519"
    ? Promise.reject(new DOMException("", "NotSupportedError")) : known(form, key, way, ...rest);
"""
CHECKS = ("summary", "signature", "root", "growth")


@pytest.fixture
def log(site):
    """The site, with a ledger of some full tiles and its key where pages look for it."""
    grown(site.house.node, 600)
    yield site
    put_key(site.house.node, None)


def states(window):
    """What the page says of each check, once it has come to an end."""
    window.page.wait_for_selector("#ledger-checks[aria-busy=false]")
    found = window.page.eval_on_selector_all(
        "#ledger-checks [data-check]", "all => all.map(one => [one.dataset.check, one.dataset.state])"
    )
    for name, _ in found:
        assert window.page.locator(f"[data-check={name}] [data-say]:not([hidden])").count() == 1, name
    return dict(found)


def altered(window, pattern, change):
    """Let what matches arrive changed, as from a server that lies."""

    def lie(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=change(answer.body()))

    window.page.route(pattern, lie)


def flipped(body):
    return bytes([body[0] ^ 1]) + body[1:]


def an_entry(site):
    [(entry_id,)] = site.house.node.look("SELECT entry_id FROM ledger_entry WHERE leaf_index = 300")
    return entry_id


def test_the_log_verifies_in_a_browser_of_its_own_accord(log):
    window = log.window()
    window.open(f"/ledger/?entry={an_entry(log)}")
    assert states(window) == dict.fromkeys(("summary", "signature", "root", "entry"), "good") | {"growth": "first"}
    grown(log.house.node, 300)
    window.open("/ledger/")
    assert states(window) == dict.fromkeys(CHECKS, "good")
    assert "It verifies" in window.page.inner_text("[data-check=summary]")
    shown = [window.page.locator(f"#ledger-{one}").is_visible() for one in ("again", "whole", "forget")]
    assert shown == [True, False, False]
    assert window.violations() == []
    assert window.faults == []


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("**/tile/0/000", {"root": "bad", "growth": "first"}),
        ("**/tile/0/**.p/**", {"root": "bad", "growth": "first"}),
        ("**/tile/1/**", {"root": "bad", "growth": "first"}),
    ],
)
def test_a_tile_that_was_altered_on_its_way_does_not_verify(log, pattern, wrong):
    window = log.window()
    altered(window, pattern, flipped)
    window.open("/ledger/")
    assert states(window) == {"summary": "bad", "signature": "good"} | wrong
    assert "IT DOES NOT VERIFY" in window.page.inner_text("[data-check=summary]")
    assert "DOES NOT HOLD" in window.page.inner_text("[data-check=root]")
    assert window.violations() == []


@pytest.mark.parametrize("change", [lambda body: body[:-32], lambda body: body + body[:32], lambda _: b""])
def test_a_tile_of_another_length_does_not_verify(log, change):
    window = log.window()
    altered(window, "**/tile/0/001", change)
    window.open("/ledger/")
    assert states(window)["summary"] == "bad"


def test_a_tile_that_is_missing_does_not_verify(log):
    window = log.window()
    window.page.route("**/tile/0/001", lambda route: route.fulfill(status=404))
    window.open("/ledger/")
    assert states(window)["root"] == "bad"


def test_a_tile_that_cannot_be_fetched_is_not_called_broken(log):
    window = log.window()
    window.page.route("**/tile/**", lambda route: route.abort())
    window.open("/ledger/")
    assert states(window) == {"summary": "partly", "signature": "good", "root": "unreached", "growth": "first"}
    window.page.route("**/checkpoint", lambda route: route.fulfill(status=503))
    window.open("/ledger/")
    assert states(window)["summary"] == "unreached"


def resized(body):
    lines = body.decode().split("\n")
    return "\n".join([lines[0], str(int(lines[1]) - 1), *lines[2:]]).encode()


def rerooted(body):
    lines = body.decode().split("\n")
    root = base64.b64encode(flipped(base64.b64decode(lines[2]))).decode()
    return "\n".join([*lines[:2], root, *lines[3:]]).encode()


def resigned(body):
    text, _, blob = body.decode().rstrip("\n").rpartition(" ")
    raw = base64.b64decode(blob)
    return f"{text} {base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()}\n".encode()


@pytest.mark.parametrize("change", [resized, rerooted, resigned, lambda body: body.replace(b"comity", b"others")])
def test_a_checkpoint_that_was_altered_on_its_way_does_not_verify(log, change):
    window = log.window()
    altered(window, "**/checkpoint", change)
    window.open("/ledger/")
    found = states(window)
    assert (found["summary"], found["signature"]) == ("bad", "bad")
    assert window.page.evaluate("Object.keys(localStorage).filter(one => one.startsWith('comity-ledger')).length") == 0


def test_what_is_no_checkpoint_does_not_verify(log):
    window = log.window()
    altered(window, "**/checkpoint", lambda _: b"<p>sign in first</p>")
    window.open("/ledger/")
    assert states(window)["summary"] == "bad"


def test_a_log_that_was_changed_behind_what_the_browser_saw_does_not_verify(log):
    """The signature is good and the tree is whole: only who saw another history before can tell."""
    window = log.window()
    window.open("/ledger/")
    assert states(window)["growth"] == "first"
    window.page.evaluate(REMEMBER, {"size": -7, "root": "00" * 32})
    grown(log.house.node, 5)
    window.open("/ledger/")
    assert states(window) == {"summary": "bad", "signature": "good", "root": "good", "growth": "bad"}
    assert window.page.locator("#ledger-forget").is_visible()
    window.open("/ledger/")
    assert states(window)["growth"] == "bad", "what was seen before is not forgotten by itself"
    window.page.click("#ledger-forget")
    window.page.wait_for_selector("[data-check=growth][data-state=first]")
    window.page.evaluate(REMEMBER, {"size": 1000})
    window.open("/ledger/")
    assert states(window)["growth"] == "shorter"


def test_another_key_than_before_is_told(log):
    window = log.window()
    window.open("/ledger/")
    states(window)
    window.page.evaluate(REMEMBER, {"key": "another"})
    window.open("/ledger/")
    assert states(window) == {"summary": "bad", "signature": "otherkey", "root": "good", "growth": "good"}


def test_a_browser_without_ed25519_says_that_it_did_not_check_the_signature(log):
    window = log.window()
    window.page.add_init_script(NO_ED25519)
    window.open("/ledger/")
    assert states(window) == {"summary": "partly", "signature": "cannot", "root": "good", "growth": "first"}


def test_an_entry_that_is_not_what_the_tree_holds_is_told(log):
    window = log.window()

    def lie(route):
        answer = route.fetch()
        page = answer.text()
        at = page.index('data-hash="') + len('data-hash="')
        route.fulfill(response=answer, body=page[:at] + ("1" if page[at] == "0" else "0") + page[at + 1 :])

    window.page.route("**/ledger/?entry=*", lie)
    window.open(f"/ledger/?entry={an_entry(log)}")
    assert states(window) == {"summary": "bad", "signature": "good", "root": "good", "growth": "first", "entry": "bad"}


def test_a_large_log_is_checked_whole_when_that_is_asked_for(log):
    window = log.window()
    altered(window, "**/ledger/", lambda page: page.replace(b'data-whole="64"', b'data-whole="1"'))
    altered(window, "**/tile/0/002", flipped)
    window.open("/ledger/")
    assert states(window)["root"] == "top"
    window.page.click("#ledger-whole")
    window.page.wait_for_selector("[data-check=root][data-state=bad]")
    window.page.unroute("**/tile/0/002")
    window.page.click("#ledger-again")
    window.page.wait_for_selector("[data-check=root][data-state=top]")
    window.page.click("#ledger-whole")
    window.page.wait_for_selector("[data-check=root][data-state=good]")


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_staff_see_an_entry_of_their_agency_checked_with_its_text(log, language):
    grown(log.house.node, 3)
    [(entry_id,)] = log.house.node.look("SELECT entry_id FROM ledger_entry ORDER BY leaf_index DESC LIMIT 1")
    window = log.window(language=language)
    window.sign_in(log.house.person())
    found = []
    for width in (320, 640, 1280):
        window.page.set_viewport_size({"width": width, "height": 900})
        window.open(f"/console/ledger/{entry_id}/")
        assert {states(window)[name] for name in ("summary", "signature", "root", "entry", "body")} == {"good"}
        found += window.violations()
    assert (found, window.faults) == ([], [])


def test_the_text_of_an_entry_that_was_altered_does_not_verify(log):
    grown(log.house.node, 3)
    [(entry_id,)] = log.house.node.look("SELECT entry_id FROM ledger_entry ORDER BY leaf_index DESC LIMIT 1")
    window = log.window()
    window.sign_in(log.house.person())
    altered(window, f"**/console/ledger/{entry_id}/", lambda page: page.replace(b"test.made", b"test.fake"))
    window.open(f"/console/ledger/{entry_id}/")
    assert (states(window)["body"], states(window)["entry"], states(window)["summary"]) == ("bad", "good", "bad")


def test_without_javascript_the_page_says_how_to_check(log):
    window = log.window(script=False)
    window.open("/ledger/")
    said = window.page.inner_text("main")
    assert "This page checks the ledger by itself where JavaScript runs" in said
    assert "comity-verify" in said
    assert "Checked in this browser" not in said


BODIES = [str(n).encode() for n in range(700)]
ORACLE = InmemoryTree(algorithm="sha256")
for _body in BODIES:
    ORACLE.append_entry(_body)


@pytest.fixture
def maths(log):
    """A page with `Tlog`, and a tree of the oracle's bodies made in it."""
    window = log.window()
    window.open("/ledger/")
    window.page.evaluate(
        "async bodies => { window.leaves = await Promise.all(bodies.map(one => Tlog.leafHash(Tlog.utf8(one))));"
        " window.spanned = async ([start, end]) => end - start === 1 ? leaves[start] : (async (half) =>"
        " Tlog.nodeHash(await spanned([start, start + half]), await spanned([start + half, end])))"
        "((() => { let p = 1; while (p * 2 < end - start) p *= 2; return p; })()); }",
        [one.decode() for one in BODIES],
    )
    return window.page


def test_the_browsers_hashing_and_proofs_are_the_oracles(maths):
    @settings(max_examples=25)
    @given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 699))
    def agree(one, other, index):
        older, newer = sorted((one, other))
        index %= newer
        spans = maths.evaluate(
            "([i, a, b]) => [Tlog.inclusionSpans(i, b), Tlog.consistencySpans(a, b)]", [index, older, newer]
        )
        assert [[tuple(span) for span in one] for one in spans] == [
            inclusion_spans(index, newer), consistency_spans(older, newer)
        ]  # fmt: skip
        found = maths.evaluate(
            "async ([i, a, b, rootA, rootB]) => { const A = Tlog.unhex(rootA), B = Tlog.unhex(rootB);"
            " const inc = await Promise.all(Tlog.inclusionSpans(i, b).map(spanned));"
            " const con = await Promise.all(Tlog.consistencySpans(a, b).map(spanned));"
            " return [Tlog.hex(await spanned([0, b])), await Tlog.isIncluded(i, b, leaves[i], inc, B),"
            " await Tlog.isConsistent(a, b, A, B, con), await Tlog.isIncluded(i, b, leaves[i], inc.concat([B]), B),"
            " await Tlog.isIncluded(i, b, B, inc, B) && b > 1, await Tlog.isConsistent(a, b, B, A, con) && a !== b]; }",
            [index, older, newer, ORACLE.get_root(older).hex(), ORACLE.get_root(newer).hex()],
        )
        assert found == [ORACLE.get_root(newer).hex(), True, True, False, False, False]

    agree()
