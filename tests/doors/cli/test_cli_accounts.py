"""`comity account`: opened, listed, locked out and let in again from the command line."""


def test_an_account_is_opened_listed_and_closed(terminal):
    made = terminal.run("account", "open", "az-dps", "0001", "az-dps.head", "--json")
    assert (made.code, len(made.value["invitation"])) == (0, 43), made.err
    assert terminal.run("account", "list", "az-dps", "--json").value["state"] == "invited"
    assert "az-dps.head" in terminal.run("account", "list", "az-dps").out
    again = terminal.run("account", "invite", "az-dps.head", "--as", "az-dps/security", "--json")
    assert again.value["invitation"] != made.value["invitation"]
    assert terminal.run("account", "close", "AZ-DPS.head").out.strip() == "`az-dps.head` is closed"
    shut = terminal.run("account", "close", "az-dps.head")
    assert (shut.code, "is closed" in shut.err) == (2, True), shut.err


def test_what_cannot_be_is_said(terminal):
    def told(*words):
        said = terminal.run("account", *words)
        assert said.code == 2, said.out
        return said.err

    assert "has no officer `9999`" in told("open", "az-dps", "9999", "somebody")
    assert "no agency `nowhere`" in told("open", "nowhere", "0001", "somebody")
    assert "is no name" in told("open", "az-dps", "0001", "Some Body")
    assert "security officer" in told("open", "az-dps", "0001", "somebody", "--as", "az-dps/head")
    assert terminal.run("account", "open", "az-dps", "0001", "somebody").code == 0
    assert "is taken" in told("open", "az-dps", "0002", "somebody")
    assert "has an account" in told("open", "az-dps", "0001", "another")
    assert "not locked" in told("unlock", "somebody")
    assert "no account `nobody`" in told("unlock", "nobody")
    assert "does not manage" in told("close", "somebody", "--as", "pima-so/security")
    assert "no accounts" in terminal.run("account", "list", "pima-so").err
