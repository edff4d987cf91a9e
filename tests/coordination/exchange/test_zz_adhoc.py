def test_adhoc_named_twice_and_clean(run):
    import json
    import time
    from collections import Counter

    run.sequence()
    c = Counter()
    for (b,) in run.look("SELECT body FROM ledger_entry"):
        c.update(json.loads(bytes(b))["payloads"].keys())
    print(
        "ITEMS", run.look("SELECT count(*) FROM vault_item"), "NAMED", len(c), "TWICE", sum(v > 1 for v in c.values())
    )
    t = time.perf_counter()
    r = run.verify()
    print("VERIFY", time.perf_counter() - t, r.counts, r.findings[:5], r.left_out)
    assert r.is_clean
