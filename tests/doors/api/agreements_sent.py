"""What the tests of agreements over the API are given: bodies to send, and callers who take one from draft to force."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.spine.keys.signing import key_id_of, spki_of

PARTIES = {"az-dps": "state", "hsi-arizona": "federal"}
PAPER = "b" * 64
SCAN = "c" * 64
CLAUSE = {
    "id": "vehicles",
    "kind": "share",
    "from": ["az-dps"],
    "to": ["hsi-arizona"],
    "purposes": ["criminal_investigation"],
    "categories": ["case"],
    "elements": ["vehicle_description"],
}
OWED = (("attorney_determination", "counsel"), ("privacy_assessment", "privacy"))
_numbers = count(1)


def body_of(*clauses: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the body of a draft between az-dps and hsi-arizona."""
    terms = {"schema": "comity/terms/1", "clauses": list(clauses or (CLAUSE,))}
    body = {
        "title": "Vehicles, in one direction",
        "kind": "sharing_mou",
        "parties": PARTIES,
        "text": "1 Vehicles go to investigators.",
        "terms": terms,
        "starts_at": "2026-01-01T07:00:00Z",
    }
    return body | changes


def told(response: Any) -> tuple[int, str]:
    """Return status and code of a problem, having checked that it names a remedy."""
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json", body
    assert body["detail"]
    assert all(error["message"] and error["remedy"] for error in body["errors"])
    return response.status_code, body["type"].rpartition("/")[2]


@dataclass
class Table:
    """Where the parties sit: a caller for each post, a published key for each party."""

    office: Any
    callers: dict[tuple[str, str], Any] = field(default_factory=dict)
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)

    def caller(self, agency: str, post: str) -> Any:
        if (agency, post) not in self.callers:
            self.callers[agency, post] = self.office.caller(agency, post)
        return self.callers[agency, post]

    def key(self, agency: str) -> tuple[str, Ed25519PrivateKey]:
        """Return the agency's key with its id, published at the first call."""
        if agency not in self.keys:
            from comity.kernel.time import Period
            from comity.spine.tenancy.actor import Duty, node_actor
            from comity.standing.directory.commands import add_agency_key
            from comity.standing.directory.vocabulary import KeyPurpose

            key, now = Ed25519PrivateKey.generate(), self.office.now() - timedelta(minutes=1)
            pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            add_agency_key(
                by=node_actor(Duty.STEWARD),
                now=now,
                agency_id=self.caller(agency, "head").actor.agency_id,
                purpose=KeyPurpose.SIGNATURE,
                public_pem=pem,
                period=Period(now),
            )
            self.keys[agency] = key
        key = self.keys[agency]
        return key_id_of(spki_of(key.public_key())), key

    def draft(self, body: dict[str, Any] | None = None) -> str:
        """Draft an agreement as az-dps; return its code."""
        code = f"vehicles-{next(_numbers)}"
        done = self.caller("az-dps", "counsel").put(f"/agreements/{code}/draft", body or body_of())
        assert (done.status_code, done.json()) == (201, {"code": code, "is_new": True}), done.content
        return code

    def offer(self, body: dict[str, Any] | None = None) -> tuple[str, str]:
        """Draft and offer; return code and digest."""
        code = self.draft(body)
        return code, self.offer_draft(code)

    def offer_draft(self, code: str) -> str:
        done = self.caller("az-dps", "counsel").post(f"/agreements/{code}/offer")
        assert done.status_code == 201, done.content
        return done.json()["digest"]

    def prepare(self, code: str, digest: str) -> None:
        """Record the reviews owed by az-dps and have two persons confirm."""
        for kind, post in OWED:
            review = {"kind": kind, "finding": "satisfied", "document_sha256": PAPER, "digest": digest}
            done = self.caller("az-dps", post).post(f"/agreements/{code}/reviews", review)
            assert done.status_code == 201, done.content
            confirmed = self.caller("az-dps", post).post(f"/agreements/{code}/confirmations", {"digest": digest})
            assert confirmed.status_code == 200, confirmed.content

    def signature(self, code: str, digest: str, agency: str) -> dict[str, str]:
        """Return the body that signs as the agency, made of what `signing-digest` gives."""
        given = self.caller(agency, "head").get(f"/agreements/{code}/signing-digest").json()
        key_id, key = self.key(agency)
        blob = base64.b64encode(key.sign(bytes.fromhex(given["digest"]))).decode()
        return {"digest": digest, "key_id": key_id, "scheme": "ed25519", "signature": blob}

    def sign(self, code: str, digest: str, agency: str) -> Any:
        body = self.signature(code, digest, agency)
        return self.caller(agency, "head").post(f"/agreements/{code}/signatures", body)

    def conclude(self, body: dict[str, Any] | None = None) -> str:
        """Return the code of an agreement in force."""
        code, digest = self.offer(body)
        self.prepare(code, digest)
        for agency in PARTIES:
            assert self.sign(code, digest, agency).status_code == 201
        done = self.caller("az-dps", "head").post(f"/agreements/{code}/force")
        assert (done.status_code, done.json()["state"]) == (200, "in_force"), done.content
        return code
