"""The tables and their migrations; rules of one row, no workflow."""

from models.answers import StoredAnswer, StoredQuestion
from models.campaigns import CareRule, Occurrence, OccurrenceState
from models.deliveries import (
    ApiQuota,
    ContactSlot,
    Delivery,
    DeliveryState,
    FailedCall,
    GrantEntry,
    MessageWindow,
    SubscriptionGrant,
)
from models.journal import Interaction
from models.organisation import Organisation, OrganisationKind, Staff, StaffRole, Store
from models.people import Consent, Customer, Following, Identity, Merge, Place, Profile, Purpose
from models.serving import Binding, BindingKind, Scene, Task, TaskState
from models.system import AccessToken, Audit, FollowerImport, KeywordReply, Lease, Revision
from models.tags import (
    CustomerTag,
    LexiconEdition,
    MessageReading,
    StatedAttribute,
    Tag,
    TagEvidence,
    TagKind,
    TagRemoval,
)

__all__ = [
    "AccessToken",
    "ApiQuota",
    "Audit",
    "Binding",
    "BindingKind",
    "CareRule",
    "Consent",
    "ContactSlot",
    "Customer",
    "CustomerTag",
    "Delivery",
    "DeliveryState",
    "FailedCall",
    "FollowerImport",
    "Following",
    "GrantEntry",
    "Identity",
    "Interaction",
    "KeywordReply",
    "Lease",
    "LexiconEdition",
    "Merge",
    "MessageReading",
    "MessageWindow",
    "Occurrence",
    "OccurrenceState",
    "Organisation",
    "OrganisationKind",
    "Place",
    "Profile",
    "Purpose",
    "Revision",
    "Scene",
    "Staff",
    "StaffRole",
    "StatedAttribute",
    "Store",
    "StoredAnswer",
    "StoredQuestion",
    "SubscriptionGrant",
    "Tag",
    "TagEvidence",
    "TagKind",
    "TagRemoval",
    "Task",
    "TaskState",
]
