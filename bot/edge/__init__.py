"""From a push to its answer: the webhook, what is in work, deadlines and recovery."""
