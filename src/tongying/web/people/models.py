"""Rows for hospitals, members and the machines that speak for them."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from tongying.consult.people import Role


class Hospital(models.Model):
    """A member hospital. Its AE title is the address under which modalities send to it."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    ae_title = models.CharField(max_length=16, unique=True)
    answers = models.BooleanField(default=False)
    """Whether it takes questions from other hospitals."""
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    """The hospital above it in the tree; None at the top."""
    tier = models.CharField(max_length=16, blank=True)
    """Value of `consult.agreement.Tier`; empty where unknown."""
    province = models.CharField(max_length=50, blank=True)
    city = models.CharField(max_length=50, blank=True)
    sub_alliances = models.CharField(max_length=50, blank=True)
    """Values of `consult.agreement.SubAlliance`, separated by spaces."""
    service_hours = models.JSONField(default=list, blank=True)
    """For Monday to Sunday the ``["08:00", "20:00"]`` spans; empty: always open."""
    credentials_required = models.BooleanField(default=False)
    """Whether an expert without a licence on record cannot be assigned, and a hospital without an
    agreement on record is not answered."""
    assigns_itself = models.BooleanField(default=False)
    """Whether the platform assigns as the plan proposes, without the desk."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class MemberManager(BaseUserManager["Member"]):
    """Finds members by log-in name."""

    def get_by_natural_key(self, username: str | None) -> Member:
        """Return the member of this log-in name."""
        return self.select_related("hospital").get(login=username)


class Member(AbstractBaseUser):
    """A person with an account: their hospital, role and sub-specialty."""

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="members")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    sub_specialty = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)
    specialties = models.CharField(max_length=200, blank=True)
    """Values of `consult.specialty.Specialty`, separated by spaces; empty where unknown."""
    modalities = models.CharField(max_length=100, blank=True)
    """DICOM modality codes they read, separated by spaces; empty where unknown."""
    age_from_days = models.PositiveIntegerField(null=True, blank=True)
    age_until_days = models.PositiveIntegerField(null=True, blank=True)
    licence_number = models.CharField(max_length=40, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    """Last valid day; None where no licence is on record."""
    load_cap = models.PositiveSmallIntegerField(null=True, blank=True)
    committee = models.BooleanField(default=False)
    """Whether they are a member (委员) of the sub-alliance's committee."""
    email = models.EmailField(blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    """Hours without notices, except for emergencies; both or neither."""
    language = models.CharField(max_length=10, blank=True)
    theme = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    objects = MemberManager()

    class Meta:
        """Roles are the table's own words."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="member_role"
            )
        ]

    def __str__(self) -> str:
        """Return the log-in name."""
        return self.login

    @property
    def is_staff(self) -> bool:
        """Nobody uses Django's admin."""
        return False


class AccessToken(models.Model):
    """A bearer token of a member, kept as its SHA-256 only."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class DicomPeer(models.Model):
    """A DICOM node of a hospital: who may call from elsewhere, and where C-MOVE may send to."""

    hospital = models.ForeignKey(Hospital, on_delete=models.CASCADE, related_name="peers")
    ae_title = models.CharField(max_length=16)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField()

    class Meta:
        """One address per title and hospital."""

        constraints = [
            models.UniqueConstraint(fields=["hospital", "ae_title"], name="peer_once"),
        ]
