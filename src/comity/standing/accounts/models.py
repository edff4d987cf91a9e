"""The tables of accounts.

`accounts_account` is read and written by the role *signin*, whose task it is to let people in. The role *app* sees of
it neither passwords nor invitations; it opens, unlocks and closes accounts of the actor's agency.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from comity.kernel.ids import new_id


class Accounts(BaseUserManager["Account"]):
    """Finds accounts by the name their persons sign in with, in whatever case it is typed."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account; raises `Account.DoesNotExist`."""
        return self.get(username=(username or "").lower())


class Account(AbstractBaseUser):
    """The sign-in of one officer. What it may do is what the posts say that the officer holds now, and nothing else.

    `joined_at`: when its person chose the first password or first came in by an identity provider. `failed_at`: the
    last failures and the attempts under way, newest last, at most as many as lock. `invited_*`: one outstanding
    invitation.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.TextField(unique=True)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    officer = models.ForeignKey("directory.Officer", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    failed_at = ArrayField(models.DateTimeField(), default=list)
    locked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    invited_sha256 = models.BinaryField(max_length=32, null=True)
    invited_until = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)

    objects = Accounts()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        db_table = "accounts_account"
        constraints = [
            models.CheckConstraint(condition=Q(username=Lower("username")), name="accounts_account_small_letters"),
            models.UniqueConstraint(
                fields=["officer"], condition=Q(closed_at__isnull=True), name="accounts_account_one_of_an_officer"
            ),
        ]

    @property
    def is_let_in(self) -> bool:
        """Whether the account is neither locked nor closed."""
        return self.closed_at is None and self.locked_at is None

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether the account was not closed."""
        return self.closed_at is None


class AccountEvent(models.Model):
    """Something that happened to an account. Inserted once, never changed; `detail` holds codes only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    act = models.TextField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    about_agency_id = models.UUIDField()
    account_id = models.UUIDField()
    detail = models.JSONField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "accounts_event"
        indexes = [models.Index(fields=["account_id", "at"], name="accounts_event_by_account")]


class EventSource(models.Model):
    """From where somebody signed in or failed to: beside the event, as it goes after a year while the event stays."""

    event = models.OneToOneField(AccountEvent, models.PROTECT, primary_key=True, related_name="+")
    about_agency_id = models.UUIDField()
    at = models.DateTimeField()
    address = models.GenericIPAddressField()

    class Meta:
        db_table = "accounts_source"
        indexes = [models.Index(fields=["at"], name="accounts_source_by_time")]


class Identity(models.Model):
    """That a subject of an agency's identity provider is an account: never by a name or an address of mail.

    `provider`: its code in the node's file. `subject_blind`: the subject's identifier, blinded by a key of the node.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    agency_id = models.UUIDField()
    provider = models.TextField()
    subject_blind = models.BinaryField(max_length=32)
    linked_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_identity"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject_blind"],
                condition=Q(unlinked_at__isnull=True),
                name="accounts_identity_one_account",
            ),
            models.UniqueConstraint(
                fields=["account", "provider"],
                condition=Q(unlinked_at__isnull=True),
                name="accounts_identity_one_a_provider",
            ),
        ]


class Draft(models.Model):
    """What somebody typed on a page and did not send, sealed by the door; kept for a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    page = models.TextField()
    sealed = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_draft"
        constraints = [models.UniqueConstraint(fields=["account", "page"], name="accounts_draft_one_a_page")]
