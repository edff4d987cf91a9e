"""Errors of the packages below, as mistakes a person can mend. Imported once Django is set up."""

from collections.abc import Mapping
from typing import Final

import django.db
import psycopg

from comity.accountability.publication.commands.publish import AlteredVersionError
from comity.accountability.publication.commands.text import (
    NotInForceYetError,
    NotTextPostError,
    TooMuchWithheldError,
    UnknownAuthorityError,
)
from comity.accountability.publication.selectors import NotPublishedError
from comity.accountability.publication.withholding import NoSuchPassageError
from comity.coordination.exchange.commands.account import NoAccountingTaskError, NotPrivacyOfficerError
from comity.coordination.exchange.commands.answer import AnswerFaultError, NotAwaitingError
from comity.coordination.exchange.commands.conclude import UnknownConclusionError
from comity.coordination.exchange.commands.deliver import DeliveryNotVisibleError, PayloadGoneError
from comity.coordination.exchange.commands.replay import NotReplayerError, PeriodNotPastError
from comity.coordination.exchange.commands.retention import UnknownReasonError
from comity.coordination.exchange.holders import NobodyInPostError
from comity.coordination.exchange.redeciders import RedeciderEndedError
from comity.coordination.exchange.reload import AskNotVisibleError
from comity.coordination.exchange.sampling import NotAuditorError
from comity.doors.cli.mistakes import DATABASE_GONE, NOT_WELL, QUEUE, UNUSABLE, MistakeError
from comity.kernel.states import IllegalTransitionError
from comity.spine.keys.ring import KeyRingError, KeysMovedError, MasterKeyInUseError
from comity.spine.ledger.export import FolderNotEmptyError, NothingToExportError
from comity.spine.ledger.last_signed import LastSignedDamagedError
from comity.spine.ledger.notes import NoteError
from comity.spine.ledger.prove import NotYetSequencedError, UnknownEntryError
from comity.spine.ledger.recovery import ForkDetectedError, LastSignedMissingError
from comity.spine.ledger.sequencer import ClockWentBackError
from comity.spine.tasks.verdict import (
    AlreadyDecidedError,
    AskerMayNotDecideError,
    DigestChangedError,
    NotAssignedError,
    TaskClosedError,
    TaskNotVisibleError,
)
from comity.spine.vault.holds import HoldNotVisibleError
from comity.spine.vault.retire import JustReplacedError, MasterKeySealsError, NoSuchMasterKeyError
from comity.spine.vault.seal import ItemAlteredError, ItemNotVisibleError
from comity.standing.agreements.commands.comment import NoSuchCommentError, NoWordsError
from comity.standing.agreements.commands.confirm import UnknownClauseError
from comity.standing.agreements.commands.draft import AgreementEndedError, CodeTakenError
from comity.standing.agreements.commands.letter import NotByLetterError
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
from comity.standing.agreements.commands.sign import (
    AlreadySignedError,
    NoScanError,
    UnreviewedError,
)
from comity.standing.agreements.commands.supersede import NoSuccessorError
from comity.standing.agreements.commands.terminate import (
    ConcludedError,
    NoNoticeError,
    NoticeGivenError,
    NotWaivedError,
)
from comity.standing.agreements.facts import NotPartyError
from comity.standing.agreements.redline import TooLongError
from comity.standing.agreements.rulebook import AlteredTermsError
from comity.standing.agreements.selectors import NoSuchAgreementError
from comity.standing.agreements.terms import UnknownTermError
from comity.standing.agreements.versions import NoSuchVersionError
from comity.standing.directory.commands.keys import KeyRefusedError, NotHeadError
from comity.standing.directory.commands.record import NotYourAgencyError
from comity.standing.directory.commands.register import DirectoryConflictError
from comity.standing.directory.importers import ListUnreadableError
from comity.standing.directory.selectors import (
    KeyNotGoodError,
    NoPasskeyError,
    NotInDirectoryError,
    SignatureNotGoodError,
)
from comity.standing.law.approvals import UnknownRuleError
from comity.standing.law.commands import (
    DatedBackError,
    LaterScheduledError,
    NotApprovedError,
    NotCounselError,
    NotReplayedError,
    NotStewardError,
    ReleaseNotApprovedError,
    SettingRefusedError,
)
from comity.standing.law.lint import LintError
from comity.standing.law.selectors import DamagedReleaseError, NoLawInForceError, UnknownReleaseError

DISK_FULL: Final = "53100"
_AGREEMENTS: Final = "`comity agreement list` shows the codes"

_GONE: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    django.db.OperationalError,
    django.db.InterfaceError,
)

UNUSABLES: Final[Mapping[type[Exception], tuple[str, str]]] = {
    AnswerFaultError: ("--values", ""),
    AnotherTextError: (
        "--digest",
        "`comity agreement show CODE --text --offered` shows the version on offer and its digest",
    ),
    AskNotVisibleError: ("", QUEUE),
    CodeTakenError: ("code", ""),
    DatedBackError: ("--at", "leave it out, or name a time to come"),
    DeliveryNotVisibleError: ("DISCLOSURE", "it may still be on its way: `comity receive --as …` lists what was sent"),
    FolderNotEmptyError: ("DIR", ""),
    HoldNotVisibleError: ("HOLD", "a hold is released by the post that placed it, on the item it was placed on"),
    KeyNotGoodError: ("", "`comity keys published AGENCY` lists its public keys; nothing was written"),
    KeyRefusedError: ("--scope", ""),
    ListUnreadableError: ("FILE", "give one of the two lists as it was published; nothing was written"),
    NoDocumentError: ("--document", ""),
    NoPasskeyError: ("--rp-id", ""),
    NoScanError: ("--scan", "both posts attest the same file; where the first was the wrong one, offer the text again"),
    NoSuchCommentError: ("--answers", "`comity agreement comments CODE` lists them"),
    NoWordsError: ("WORDS", ""),
    NotOwedError: ("--kind", "`comity agreement status CODE` says what is owed, and by whom"),
    NotPartyError: ("--for", ""),
    UnknownClauseError: ("--clause", "`comity agreement show CODE --clauses --offered` shows them"),
    NoSuchMasterKeyError: ("KEY", "`comity keys masters` lists them, with what each seals"),
    NoSuccessorError: ("--successor", "name one in force between at least the same parties; " + _AGREEMENTS),
    NoSuchAgreementError: ("CODE", _AGREEMENTS),
    NoSuchPassageError: ("--withhold", "`--preview` prints the text with its paragraphs numbered"),
    NoSuchVersionError: ("--from, --to", "`comity agreement history CODE` shows the versions"),
    NotPublishedError: ("CODE", "`comity public list` shows what is"),
    NotInDirectoryError: ("", "`comity directory list` shows the codes"),
    SettingRefusedError: ("SETTING", "`comity law setting list` shows them; nothing was set"),
    PeriodNotPastError: ("--from", "name a day that is past: decisions of it are decided again"),
    SignatureNotGoodError: (
        "",
        "`comity agreement digest` and `comity law digest` write what is to be signed",
    ),
    TaskNotVisibleError: ("TASK", QUEUE),
    TooMuchWithheldError: ("--withhold", "withhold whole paragraphs in the place of many words"),
    UnknownAuthorityError: ("--withhold", ""),
    UnknownEntryError: ("ENTRY", "`comity ask --json` names the entry of each ask"),
    UnknownConclusionError: ("--verdict", ""),
    UnknownReasonError: ("--reason", ""),
    UnknownReleaseError: ("--release", "`comity law show` lists the releases"),
    UnknownRuleError: ("--rule", "`comity law rules` lists the rules"),
    TooLongError: ("CODE", ""),
    UnknownTermError: ("terms", ""),
}
"""What was given does not fit: field and remedy; a remedy the message holds already is not repeated."""

NOT_WELLS: Final[Mapping[type[Exception], str]] = {
    AgreementEndedError: "",
    AlteredTermsError: "",
    AlteredVersionError: "",
    AlreadyDecidedError: "a verdict is given once; " + QUEUE,
    AlreadySignedError: "`comity agreement show CODE` says who has not",
    AskerMayNotDecideError: "a post of another agency decides this",
    ClockWentBackError: "",
    DirectoryConflictError: "",
    DamagedReleaseError: "restore it from a verified backup; nothing is decided until then",
    DigestChangedError: "look at the task again: a verdict binds to exactly what was seen",
    ForkDetectedError: "",
    IllegalTransitionError: "",
    ItemAlteredError: "",
    ItemNotVisibleError: "",
    JustReplacedError: "",
    KeysMovedError: "",
    KeyRingError: "`comity doctor` names what is wrong with the keys; nothing was recorded",
    LastSignedDamagedError: "",
    LastSignedMissingError: "",
    LintError: "mend the packs; nothing was loaded",
    LaterScheduledError: "`comity law put-in-force --at` names the instant",
    MasterKeyInUseError: "`comity keys rotate` makes another the current one; retire this one then",
    MasterKeySealsError: "",
    NoAccountingTaskError: "`comity accounting request HANDLE --as AGENCY/POST` opens one",
    NoLawInForceError: "then `comity law approve` and `comity law put-in-force`",
    NoDraftError: "`comity agreement draft FILE` writes one",
    NobodyInPostError: "",
    NobodyThereError: "",
    NoNoticeError: "`comity agreement history CODE` shows who gave one",
    NoticeGivenError: "",
    NotWaivedError: "give notice: `--reason party_withdrew`",
    SamePersonError: "",
    UnconfirmedError: "`comity agreement confirm CODE --digest DIGEST`, in two posts for what permits",
    UnreviewedError: "`comity agreement review CODE` records it, by the party's own post",
    NotApprovedError: "`comity law approve --as AGENCY/POST` records counsel's approval",
    NotAssignedError: "act `--as` a post with the function the task names; " + QUEUE,
    NotAuditorError: "",
    NotAwaitingError: "it was answered already; " + QUEUE,
    NotCounselError: "act `--as` the post of counsel of the node",
    NotReplayerError: "",
    ReleaseNotApprovedError: "`comity law approve --as AGENCY/counsel --all` signs the release with all its rules",
    NotReplayedError: "`comity law replay` does that and lists what would have come out otherwise",
    NotPrivacyOfficerError: "act `--as` your agency's privacy officer",
    NotStewardError: "",
    NotYetSequencedError: "`comity ledger checkpoint` signs what waits",
    ConcludedError: "name another reason: `--reason party_withdrew`, `mutual`, `court_order`",
    NotByLetterError: "",
    NotHeadError: "act `--as` your agency's head",
    NotInForceYetError: "",
    NotTextPostError: "",
    NotYourAgencyError: "",
    NotYoursToResumeError: "`comity agreement history CODE` shows who suspended it",
    NoteError: "the ledger's newest checkpoint is not signed by this node's log key; run `comity ledger verify`",
    NothingOfferedError: "`comity agreement offer CODE` offers the draft",
    NothingToExportError: "`comity ledger checkpoint` signs the first",
    PeriodOverError: "draft one with a period to come",
    PayloadGoneError: "ask again for what you still need",
    RedeciderEndedError: "",
    TaskClosedError: "nobody needs to decide this any more; " + QUEUE,
    UnprovenError: "`comity agreement verify` checks every signature",
    UnsignedError: "`comity agreement sign CODE` signs, as head of the party",
    WrongPostError: "",
}
"""What was given fits, but the node or the record says no."""


def mistake_of(error: Exception) -> MistakeError | None:
    """Return the error as a mistake, None for one that nobody foresaw."""
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    if state == DISK_FULL:
        remedy = "nothing was recorded; make room on the disk of the database, `comity doctor` says how much"
        return MistakeError("", "the database has no room left", remedy, NOT_WELL)
    if isinstance(error, _GONE):
        return DATABASE_GONE
    if isinstance(error, django.db.IntegrityError | psycopg.IntegrityError):
        remedy = "nothing was recorded; somebody changed the same thing at the same moment, run it again"
        return MistakeError("", "changed at the same moment", remedy, NOT_WELL)
    if isinstance(error, django.db.DataError | psycopg.DataError):
        remedy = "nothing was recorded; give numbers within 64 bits and text without NUL characters"
        return MistakeError("", "a value cannot be stored", remedy, UNUSABLE)
    for kind in type(error).__mro__:
        if kind in UNUSABLES:
            field, remedy = UNUSABLES[kind]
            return MistakeError(field, str(error), remedy, UNUSABLE)
        if kind in NOT_WELLS:
            return MistakeError("", str(error), NOT_WELLS[kind], NOT_WELL)
    if isinstance(error, OSError) and error.filename is not None:
        return MistakeError("", f"`{error.filename}`: {error.strerror}", "check the path and who may use it", UNUSABLE)
    return None
