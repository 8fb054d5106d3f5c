"""Who: identities, profile, timeline, consent, tags."""
