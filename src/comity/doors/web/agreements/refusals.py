"""What the commands of agreements refuse, as a page says it: what is the matter, and what to do now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.accountability.publication.commands.publish import AlteredVersionError
from comity.accountability.publication.commands.text import (
    NotInForceYetError,
    NotTextPostError,
    TooMuchWithheldError,
    UnknownAuthorityError,
    UnknownDigestError,
)
from comity.accountability.publication.withholding import NoSuchPassageError
from comity.coordination.exchange.commands.replay import NotReplayerError
from comity.kernel.states import IllegalTransitionError
from comity.spine.keys.passkey import PasskeyRefusedError
from comity.spine.keys.webauthn import UnreadableError
from comity.standing.agreements.commands.comment import NoSuchCommentError, NoWordsError
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
from comity.standing.agreements.rulebook import AlteredTermsError
from comity.standing.agreements.terms import UnknownTermError
from comity.standing.directory.commands.keys import NotHeadError
from comity.standing.directory.commands.record import NotYourAgencyError
from comity.standing.directory.commands.register import DirectoryConflictError
from comity.standing.directory.selectors import KeyNotGoodError, NotInDirectoryError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was recorded, and the way forward."""

    why: Promise
    forward: Promise


_READ_AGAIN: Final = _("Nothing was recorded. Read the agreement as it stands now, and begin again.")
_MISSING: Final = _("Nothing was recorded. “What it still lacks” names what is missing, and of whom.")
_STEWARD: Final = _("Nothing was recorded. Tell the keeper of this node; it looks at the ledger first.")
_OTHER_POST: Final = _("Nothing was recorded. Ask a colleague in such a post.")

TABLE: Final[Mapping[type[Exception], Refusal]] = {
    AgreementEndedError: Refusal(
        _("The agreement has ended."), _("Nothing was recorded. Write another agreement under a code of its own.")
    ),
    AlreadySignedError: Refusal(
        _("This was signed or attested before."), _("Nothing more was recorded, and nothing more is needed of you.")
    ),
    AlteredTermsError: Refusal(_("The stored text is not the one that was offered."), _STEWARD),
    AlteredVersionError: Refusal(_("The stored text is not the one that was signed."), _STEWARD),
    AnotherTextError: Refusal(_("Another version was offered since you opened this page."), _READ_AGAIN),
    CodeTakenError: Refusal(
        _("Another agreement has this code, perhaps one your agency is not party to."),
        _("Nothing was recorded. Choose another code."),
    ),
    ConcludedError: Refusal(
        _("The agreement was in force, so it did not fail to be concluded."),
        _("Nothing was recorded. Choose another reason."),
    ),
    DirectoryConflictError: Refusal(
        _("This passkey is published already."), _("Nothing more was recorded. It stands in the list below.")
    ),
    IllegalTransitionError: Refusal(_("The agreement is not in a state in which this can be done."), _READ_AGAIN),
    KeyNotGoodError: Refusal(
        _("This passkey does not bind your agency now."),
        _("Nothing was recorded. Sign with one that your agency has published and not revoked."),
    ),
    NoDocumentError: Refusal(
        _("A review names the paper it stands on."),
        _("Nothing was recorded. Choose the file, or write its SHA-256: 64 digits in hex."),
    ),
    NoDraftError: Refusal(
        _("Your agency has no draft to offer."), _("Nothing was recorded. What was offered is a version now.")
    ),
    NoNoticeError: Refusal(
        _("No notice of your agency runs."), _("Nothing was recorded. The party that gave a notice takes it back.")
    ),
    NoScanError: Refusal(
        _("That is not the scan that the first witness attested."),
        _("Nothing was recorded. Both witnesses look at one and the same file."),
    ),
    NoSuccessorError: Refusal(
        _("That agreement cannot take the place of this one."),
        _("Nothing was recorded. Choose one in force between at least the same parties."),
    ),
    NoSuchCommentError: Refusal(_("The comment you answer is not on this agreement."), _READ_AGAIN),
    NoSuchPassageError: Refusal(
        _("A passage you keep back does not stand in that paragraph."),
        _("Nothing was made public. Copy the words from the paragraph, or keep the whole paragraph back."),
    ),
    NoWordsError: Refusal(
        _("A comment says something, in at most 4,000 characters."), _("Nothing was recorded. Write it shorter.")
    ),
    NobodyThereError: Refusal(
        _("Nobody holds your post now."),
        _("Nothing was recorded. Have the directory name the holder of your post first."),
    ),
    NotHeadError: Refusal(_("A passkey that signs binds the agency: its head publishes and revokes it."), _OTHER_POST),
    NotInDirectoryError: Refusal(
        _("The directory does not have this."), _("Nothing was recorded. Look it up in the directory.")
    ),
    NotInForceYetError: Refusal(
        _("The public has not been told of this version yet."),
        _("Nothing was made public. That follows seconds after it is put in force; try again then."),
    ),
    NotOwedError: Refusal(_("Your agency does not owe this review."), _MISSING),
    NotPartyError: Refusal(_("The agency is no party."), _("Nothing was recorded. Choose one of the parties.")),
    NotReplayerError: Refusal(_("Decisions are decided again by those who answer for them."), _OTHER_POST),
    NotTextPostError: Refusal(_("A privacy officer or counsel of a party makes a text public."), _OTHER_POST),
    NotWaivedError: Refusal(
        _("The text does not let public safety waive its notice."),
        _("Nothing was recorded. Give notice: choose that your agency withdraws. To stop sharing now, suspend it."),
    ),
    NotYoursToResumeError: Refusal(
        _("Another party suspended it."), _("Nothing was recorded. The head of that party takes it up again.")
    ),
    NotYourAgencyError: Refusal(_("This belongs to another agency."), _OTHER_POST),
    NothingOfferedError: Refusal(_("No version is on offer."), _("Nothing was recorded. Offer a draft first.")),
    NoticeGivenError: Refusal(
        _("Notice was given before, and runs."), _("Nothing more was recorded. Who gave it can take it back.")
    ),
    PasskeyRefusedError: Refusal(
        _("What the passkey signed does not count for this version."),
        _("Nothing was recorded. Read the text again and sign again on this page, with a passkey of the list."),
    ),
    PeriodOverError: Refusal(
        _("The period of this version is over."), _("Nothing was recorded. Offer a version with a period to come.")
    ),
    SamePersonError: Refusal(
        _("You did this before, in another post: a second person is needed."),
        _("Nothing was recorded. A post that another person holds does it."),
    ),
    TooMuchWithheldError: Refusal(
        _("Too many passages stay back."), _("Nothing was made public. Keep whole paragraphs back.")
    ),
    UnconfirmedError: Refusal(_("Clauses are not confirmed by as many as it needs."), _MISSING),
    UnknownAuthorityError: Refusal(
        _("Nothing stays back without an authority of the law."),
        _("Nothing was made public. Choose the authority from the list."),
    ),
    UnknownClauseError: Refusal(_("The version has no such clause."), _READ_AGAIN),
    UnknownDigestError: Refusal(_("The agreement has no such version."), _READ_AGAIN),
    UnknownTermError: Refusal(
        _("The draft says something that is not known here."),
        _("Nothing was recorded. Open the draft and check it: every problem is shown at its place."),
    ),
    UnprovenError: Refusal(_("A recorded signature does not hold."), _STEWARD),
    UnreadableError: Refusal(
        _("What came from the browser is not the answer of a passkey."),
        _("Nothing was recorded. Sign on this page, in a browser that knows passkeys."),
    ),
    UnreviewedError: Refusal(_("A review is missing that comes before this."), _MISSING),
    UnsignedError: Refusal(_("A party has not signed."), _MISSING),
    WrongPostError: Refusal(_("Another post does this."), _OTHER_POST),
}
"""Exception to words; none holds a name of a person."""
REFUSED: Final = tuple(TABLE)


def refusal_of(error: Exception) -> Refusal:
    """Return what a page says of a refusal in `TABLE`, of the nearest class."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
