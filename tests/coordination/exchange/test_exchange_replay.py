from datetime import timedelta

from comity.coordination.exchange.commands.replay import replay_law, replay_version
from comity.kernel.time import Period
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.candidate import find_version
from comity.standing.law.selectors import get_current_law


def test_smoke(run):
    import time
    now = run.clock()
    period = Period(now - timedelta(days=30), now)
    with reading(run.node("steward")):
        law = get_current_law(now)
    t=time.time()
    done = replay_law(release_id=law.release_id, period=period, by=run.node("steward"), now=now, keys=run.keys, progress=lambda *_: None)
    print(time.time()-t)
    print(done.found, done.same, done.different, done.undetermined, done.unreadable, done.missing, done.lines)
    print(run.look("select code from agreements_agreement"))
    for code, in run.look("select code from agreements_agreement"):
        with reading(run.node("steward")):
            v = find_version(code=code, number=None)
        t=time.time()
        done = replay_version(version_id=v.id, period=period, by=run.node("steward"), now=now, keys=run.keys, progress=lambda *_: None)
        print(time.time()-t)
        print(code, done.found, done.same, done.different, done.undetermined, done.not_bearing, done.unreadable, done.missing, done.lines)
    assert run.verify().is_clean
