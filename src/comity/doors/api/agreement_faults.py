"""What the commands of agreements refuse, as the problem each is answered with: the part of the table on agreements."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from comity.doors.api.problems import Row
from comity.kernel.states import IllegalTransitionError
from comity.spine.keys.detached import SignatureUnreadableError
from comity.spine.keys.passkey import PasskeyRefusedError
from comity.spine.keys.webauthn import UnreadableError
from comity.standing.agreements.commands.comment import MAX_WORDS, NoSuchCommentError, NoWordsError
from comity.standing.agreements.commands.confirm import UnknownClauseError
from comity.standing.agreements.commands.draft import AgreementEndedError, CodeTakenError
from comity.standing.agreements.commands.offer import NoDraftError
from comity.standing.agreements.commands.put_in_force import (
    PeriodOverError,
    UnconfirmedError,
    UnprovenError,
    UnsignedError,
)
from comity.standing.agreements.commands.record import (
    AnotherTextError,
    NobodyThereError,
    NothingOfferedError,
    SamePersonError,
    WrongPostError,
)
from comity.standing.agreements.commands.resume import NotYoursToResumeError
from comity.standing.agreements.commands.review import NoDocumentError, NotOwedError
from comity.standing.agreements.commands.sign import AlreadySignedError, NoScanError, UnreviewedError
from comity.standing.agreements.commands.supersede import NoSuccessorError
from comity.standing.agreements.commands.terminate import (
    ConcludedError,
    NoNoticeError,
    NoticeGivenError,
    NotWaivedError,
)
from comity.standing.agreements.facts import NotPartyError
from comity.standing.agreements.terms import UnknownTermError
from comity.standing.directory.selectors import KeyNotGoodError, NoPasskeyError, SignatureNotGoodError

_READ: Final = "read `GET /agreements/{code}`"
_MISSING: Final = "`GET /agreements/{code}/readiness` lists what is missing, and of whom"

TABLE: Final[Mapping[type[Exception], Row]] = {
    AgreementEndedError: Row(
        HTTPStatus.CONFLICT,
        "agreement-ended",
        "The agreement has ended",
        "nothing was recorded; draft another agreement under a code of its own",
        field="code",
    ),
    AlreadySignedError: Row(
        HTTPStatus.CONFLICT,
        "already-signed",
        "The signature was given before",
        f"nothing more was recorded, and nothing more is needed of you; {_READ} to see who signed",
        field="",
    ),
    AnotherTextError: Row(
        HTTPStatus.CONFLICT,
        "another-text",
        "Not the text on offer",
        f"nothing was recorded; {_READ}, and send the `digest` of the newest version once it was read",
        field="digest",
    ),
    CodeTakenError: Row(
        HTTPStatus.CONFLICT,
        "code-taken",
        "Another agreement has the code",
        "nothing was recorded; draft it under another code",
        field="code",
    ),
    ConcludedError: Row(
        HTTPStatus.CONFLICT,
        "concluded",
        "The agreement was concluded",
        "nothing was recorded; end it by another reason, such as `party_withdrew`",
        field="reason",
    ),
    IllegalTransitionError: Row(
        HTTPStatus.CONFLICT,
        "illegal-transition",
        "Not possible in the present state",
        f"nothing was recorded; {_READ} for the state it is in now",
        field="",
    ),
    KeyNotGoodError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "key-not-good",
        "The key does not bind your agency now",
        "nothing was recorded; sign with a key your agency published for signatures (`comity keys published`)",
        field="key_id",
    ),
    NoDocumentError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-document",
        "A review names its document",
        "nothing was recorded; send the SHA-256 of the document that holds the finding, in 64 hex digits",
        field="document_sha256",
    ),
    NoDraftError: Row(
        HTTPStatus.CONFLICT,
        "no-draft",
        "Your agency has no draft",
        "nothing was recorded; a draft that was offered is a version now, the next is written with"
        " `PUT /agreements/{code}/draft`",
        field="",
    ),
    NoNoticeError: Row(
        HTTPStatus.CONFLICT,
        "no-notice",
        "No notice of your agency runs",
        f"nothing was recorded; {_READ}, its events say who gave notice",
        field="",
    ),
    NoScanError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-scan",
        "Not the scan",
        "nothing was recorded; both posts attest the SHA-256 of one and the same scan",
        field="scan_sha256",
    ),
    NoSuccessorError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-successor",
        "That agreement cannot take the place",
        "nothing was recorded; name one in force between at least the same parties",
        field="successor",
    ),
    NoSuchCommentError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-such-comment",
        "The comment answered is not there",
        "nothing was recorded; name one that `GET /agreements/{code}/comments` lists, or leave it out",
        field="answers",
    ),
    NoWordsError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-words",
        "A comment says something",
        f"nothing was recorded; send 1 to {MAX_WORDS} characters",
        field="words",
    ),
    NoPasskeyError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-passkey",
        "No passkey to sign with",
        "publish one with `comity keys publish-passkey`; where there are some of several relying parties, name one by"
        " `rp_id`",
        field="rp_id",
    ),
    NobodyThereError: Row(
        HTTPStatus.CONFLICT,
        "post-not-held",
        "Nobody holds the post now",
        "nothing was recorded; have the directory name a holder of the key's post, then send again",
        field="",
    ),
    NotOwedError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "review-not-owed",
        "The party does not owe this review",
        f"nothing was recorded; {_MISSING}",
        field="kind",
    ),
    NotPartyError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "not-party",
        "The agency is no party",
        "nothing was recorded; name a party by its code",
        field="agency",
    ),
    NotWaivedError: Row(
        HTTPStatus.CONFLICT,
        "notice-not-waived",
        "The text does not waive its notice",
        "nothing was recorded; give notice with the reason `party_withdrew`",
        field="reason",
    ),
    NotYoursToResumeError: Row(
        HTTPStatus.FORBIDDEN,
        "not-yours-to-resume",
        "Another party suspended it",
        f"nothing was recorded; the head of that party lifts it; {_READ}, its events say who it was",
        field="",
    ),
    NothingOfferedError: Row(
        HTTPStatus.CONFLICT,
        "nothing-offered",
        "No version is on offer",
        "nothing was recorded; `POST /agreements/{code}/offer` offers the draft",
        field="",
    ),
    NoticeGivenError: Row(
        HTTPStatus.CONFLICT,
        "notice-given",
        "Notice was given before",
        "nothing more was recorded; it runs, and `DELETE /agreements/{code}/notice` takes it back",
        field="",
    ),
    PasskeyRefusedError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "passkey-refused",
        "What the passkey signed does not count",
        "nothing was recorded; have a published passkey sign what `GET /agreements/{code}/passkey-options` gives, at a"
        " page of this node",
        field="assertion",
    ),
    PeriodOverError: Row(
        HTTPStatus.CONFLICT,
        "period-over",
        "The version's period is over",
        "nothing was recorded; draft and offer a version with a period to come",
        field="",
    ),
    SamePersonError: Row(
        HTTPStatus.FORBIDDEN,
        "same-person",
        "A second person is needed",
        "nothing was recorded; a post that another person holds does this",
        field="",
    ),
    SignatureNotGoodError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "signature-not-good",
        "The signature is not one of this version",
        "nothing was recorded; sign exactly the 32 bytes of `GET /agreements/{code}/signing-digest`, not their hex",
        field="signature",
    ),
    SignatureUnreadableError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "signature-unreadable",
        "Not a signature of this scheme",
        "nothing was recorded; send its bytes in base64: 64 for `ed25519`; 96, or the DER of OpenSSL, for"
        " `ecdsa-p384-sha384`",
        field="signature",
    ),
    UnconfirmedError: Row(
        HTTPStatus.CONFLICT,
        "unconfirmed",
        "Clauses are not confirmed",
        f"nothing was recorded; {_MISSING}",
        field="",
    ),
    UnknownClauseError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "unknown-clause",
        "The version has no such clause",
        "nothing was recorded; `GET /agreements/{code}/clauses` lists them; leave `clauses` out to confirm all",
        field="clauses",
    ),
    UnknownTermError: Row(
        HTTPStatus.CONFLICT,
        "unknown-term",
        "The draft says what is not known any more",
        "nothing was recorded; mend the draft with `PUT /agreements/{code}/draft`",
        field="terms",
    ),
    UnprovenError: Row(
        HTTPStatus.CONFLICT,
        "signature-unproven",
        "A recorded signature does not hold",
        "nothing was recorded; tell the node's keeper, whose `comity agreement verify` checks every signature",
        field="",
    ),
    UnreadableError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "assertion-unreadable",
        "Not the assertion of a passkey",
        "nothing was recorded; send what `toJSON()` of the browser's answer gave, unchanged",
        field="assertion",
    ),
    UnreviewedError: Row(
        HTTPStatus.CONFLICT,
        "unreviewed",
        "A review is missing",
        f"nothing was recorded; {_MISSING}",
        field="",
    ),
    UnsignedError: Row(
        HTTPStatus.CONFLICT,
        "unsigned",
        "A signature is missing",
        f"nothing was recorded; {_MISSING}",
        field="",
    ),
    WrongPostError: Row(
        HTTPStatus.FORBIDDEN,
        "wrong-post",
        "Another post does this",
        "nothing was recorded; use the key of a post with one of the functions named",
        field="",
    ),
}
"""Exception to answer; none of their messages holds a person's name."""
