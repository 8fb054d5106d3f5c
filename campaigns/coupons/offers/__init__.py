"""What HQ offers, and how it is told: templates from files, offers by place, lists for one person."""
