"""The tables and their migrations; rules of one row, no workflow."""

from models.deliveries import Delivery, DeliveryState, FailedCall, SubscriptionGrant
from models.journal import Interaction
from models.organisation import Organisation, OrganisationKind, Staff, StaffRole, Store
from models.people import Consent, Customer, Following, Identity, Merge, Place, Profile, Purpose
from models.serving import Binding, BindingKind, Scene, Task, TaskState
from models.system import AccessToken, Audit, FollowerImport, KeywordReply, Lease, Revision
from models.tags import CustomerTag, Tag, TagEvidence, TagKind

__all__ = [
    "AccessToken",
    "Audit",
    "Binding",
    "BindingKind",
    "Consent",
    "Customer",
    "CustomerTag",
    "Delivery",
    "DeliveryState",
    "FailedCall",
    "FollowerImport",
    "Following",
    "Identity",
    "Interaction",
    "KeywordReply",
    "Lease",
    "Merge",
    "Organisation",
    "OrganisationKind",
    "Place",
    "Profile",
    "Purpose",
    "Revision",
    "Scene",
    "Staff",
    "StaffRole",
    "Store",
    "SubscriptionGrant",
    "Tag",
    "TagEvidence",
    "TagKind",
    "Task",
    "TaskState",
]
