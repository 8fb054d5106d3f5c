"""What an installation says about itself in ``scrm.toml`` and ``SCRM_…`` variables (``__`` between levels)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.forms import check_account_key, check_app_id, check_database_url, check_listen, check_redis_url, check_url
from config.secrets import check_secret
from core.accounts import AccountKind, Crs, Mode, Subtype

_MISSING = object()
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class AccountSettings(BaseModel):
    """``[accounts.<key>]``: one official account or mini program."""

    model_config = ConfigDict(extra="forbid")

    kind: AccountKind
    subtype: Subtype = Subtype.SERVICE
    verified: bool = True
    app_id: Annotated[str, AfterValidator(check_app_id)]
    app_secret: SecretStr
    token: SecretStr
    mode: Mode = Mode.SAFE
    aes_key: Annotated[SecretStr, Field(validate_default=True)] = SecretStr("")
    previous_aes_key: SecretStr = SecretStr("")
    api_base: str = "https://api.weixin.qq.com"
    location_crs: Crs = Crs.WGS84
    customer_service_transfer: bool = False
    calls_per_s: Annotated[int, Field(ge=1, le=5000)] = 100
    forward_to: str = ""

    @field_validator("app_secret")
    @classmethod
    def _app_secret(cls, secret: SecretStr) -> SecretStr:
        return check_secret(secret, r"[0-9a-f]{32}", "32 characters 0-9a-f, from the account's console")

    @field_validator("token")
    @classmethod
    def _token(cls, secret: SecretStr) -> SecretStr:
        return check_secret(secret, r"[0-9A-Za-z]{3,32}", "3 to 32 letters and digits, the same as in the console")

    @field_validator("aes_key", "previous_aes_key")
    @classmethod
    def _aes_key(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        remedy = "43 letters and digits, the console's EncodingAESKey"
        if secret.get_secret_value():
            return check_secret(secret, r"[0-9A-Za-z]{43}", remedy)
        mode = info.data.get("mode", Mode.PLAIN)
        if info.field_name == "aes_key" and mode is not Mode.PLAIN:
            raise ValueError(f'is missing and mode = "{mode}" needs it; {remedy} (or set mode = "plain")')
        return secret

    @field_validator("api_base")
    @classmethod
    def _api_base(cls, url: str) -> str:
        return check_url(url)

    @field_validator("forward_to")
    @classmethod
    def _forward_to(cls, url: str) -> str:
        return check_url(url, may_ask=True) if url else url


class BrandSettings(BaseModel):
    """``[brand]``: how the brand wants to treat its customers."""

    model_config = ConfigDict(extra="forbid")

    name: str = "我们"
    protection_days: Annotated[int, Field(ge=0, le=3650)] = 180
    default_binding: Literal["none", "least_loaded"] = "none"
    default_store: str = ""
    unfollow_grace_days: Annotated[int, Field(ge=0, le=365)] = 30
    place_cell_m: Annotated[int, Field(ge=100, le=20_000)] = 600
    place_days: Annotated[int, Field(ge=1, le=365)] = 30


class ContactSettings(BaseModel):
    """``[contact]``: how often, and when, the brand may speak up by itself."""

    model_config = ConfigDict(extra="forbid")

    quiet_from: Annotated[str, Field(pattern=_CLOCK)] = "21:00"
    quiet_until: Annotated[str, Field(pattern=_CLOCK)] = "09:00"
    cap_days: Annotated[int, Field(ge=1, le=90)] = 7
    marketing_cap: Annotated[int, Field(ge=0, le=100)] = 2
    care_cap: Annotated[int, Field(ge=0, le=100)] = 4
    holdout_percent: Annotated[int, Field(ge=0, le=50)] = 0


class AnswerSettings(BaseModel):
    """``[answers]``: an endpoint that may say a stored answer in other words; all three, or none to say it as it is."""

    model_config = ConfigDict(extra="forbid")

    rephrase_url: str = ""
    rephrase_model: str = ""
    rephrase_key: SecretStr = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def _all_or_none(cls, values: object) -> object:
        """Where one is given, each of the others that is not is told by its own name."""
        if not isinstance(values, dict) or not any(values.get(name) for name in cls.model_fields):
            return values
        return {name: _MISSING for name in cls.model_fields if not values.get(name)} | {
            name: value for name, value in values.items() if value or name not in cls.model_fields
        }

    @field_validator("rephrase_url", "rephrase_model", "rephrase_key", mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        if value is _MISSING:
            raise ValueError("is missing; set all three rephrase_… settings, or none of them")
        return value

    @field_validator("rephrase_url")
    @classmethod
    def _url(cls, url: str) -> str:
        return check_url(url) if url else url

    @field_validator("rephrase_key")
    @classmethod
    def _key(cls, key: SecretStr) -> SecretStr:
        remedy = "at least 8 characters, as the endpoint gave it"
        return check_secret(key, r"\S{8,}", remedy) if key.get_secret_value() else key


class CouponSettings(BaseModel):
    """``[coupons]``: what holds for every offer."""

    model_config = ConfigDict(extra="forbid")

    reverse_minutes: Annotated[int, Field(ge=0, le=10_080)] = 60
    person_per_minute: Annotated[int, Field(ge=0, le=1000)] = 10
    scene_per_minute: Annotated[int, Field(ge=0, le=100_000)] = 600
    store_per_minute: Annotated[int, Field(ge=0, le=100_000)] = 0


class Settings(BaseSettings):
    """All settings. Secrets have no default."""

    model_config = SettingsConfigDict(
        env_prefix="SCRM_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    database_url: Annotated[str, AfterValidator(check_database_url)] = "sqlite:///zhiji.db"
    redis_url: Annotated[str, AfterValidator(check_redis_url)] = "embedded"
    listen: Annotated[str, AfterValidator(check_listen)] = "127.0.0.1:8080"
    secret_key: SecretStr
    public_url: str = ""
    clock_skew_s: Annotated[int, Field(ge=30, le=86_400)] = 600
    database_pool: Annotated[int, Field(ge=2, le=100)] = 10
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    brand: BrandSettings = BrandSettings()
    contact: ContactSettings = ContactSettings()
    answers: AnswerSettings = AnswerSettings()
    coupons: CouponSettings = CouponSettings()
    accounts: dict[Annotated[str, AfterValidator(check_account_key)], AccountSettings] = {}

    @field_validator("secret_key")
    @classmethod
    def _secret_key(cls, secret: SecretStr) -> SecretStr:
        return check_secret(secret, r"\S{32,}", "at least 32 characters; make one with: openssl rand -hex 32")

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, url: str) -> str:
        return check_url(url) if url else url

    @field_validator("accounts")
    @classmethod
    def _each_app_once(cls, accounts: dict[str, AccountSettings]) -> dict[str, AccountSettings]:
        first: dict[str, str] = {}
        for key, account in accounts.items():
            if (other := first.setdefault(account.app_id, key)) != key:
                raise ValueError(f"{other} and {key} name the same app_id; every account is one app, name it once")
        return accounts

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing by itself: ``config.load`` reads file and environment and hands their values over."""
        return (init_settings,)
