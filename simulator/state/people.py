"""What one app knows about one person."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.state.stocks import Act, Stock


@dataclass(slots=True)
class Known:
    """A person as seen by one app id; ``grants`` counts the sends still allowed by template."""

    openid: str
    unionid: str = ""
    unionid_late: bool = False
    phone: str = ""
    following: bool = False
    first_at: float = 0.0
    followed_at: float = 0.0
    scene: str = ""
    stock: Stock = field(default_factory=Stock)
    grants: dict[str, int] = field(default_factory=dict)

    def did(self, act: Act, now: float, *, scene: str = "", template: str = "") -> None:
        """Changes what the act changes; windows are the stock's business."""
        self.first_at = self.first_at or now
        match act:
            case Act.FOLLOW:
                self.following, self.followed_at, self.scene = True, now, scene
            case Act.UNFOLLOW:
                self.following = False
                self.stock = Stock()
            case Act.GRANT:
                self.grants[template] = self.grants.get(template, 0) + 1
            case Act.REFUSE:
                self.grants.pop(template, None)
            case Act.UNIONID:
                self.unionid_late = False
            case _:
                pass

    def take_grant(self, template: str) -> bool:
        """Uses up one accepted send; False when there is none."""
        left = self.grants.get(template, 0)
        if left <= 0:
            return False
        self.grants[template] = left - 1
        return True
