"""Settings: every fault with its remedy, and variables that only look like settings."""

from __future__ import annotations

from commands.checks.finding import Finding, green, red, red_fault, yellow
from config.load import Survey
from config.sources import config_file, list_unknown_variables

PART = "settings"


def check_settings(survey: Survey) -> list[Finding]:
    """One line a fault; one green line where there is none."""
    found = [red_fault(PART, fault) for fault in survey.faults]
    found += [yellow(PART, f"{fault.field} {fault.detail}", fault.remedy) for fault in list_unknown_variables()]
    if survey.faults:
        return found
    if not survey.settings.accounts:
        remedy = "add [accounts.<key>] to the settings; see scrm.example.toml and docs/connect.md"
        return [*found, red(PART, "no account is configured", remedy)]
    file = config_file()
    place = f"from {file} and the environment" if file.is_file() else f"from the environment ({file} does not exist)"
    return [*found, green(PART, f"{len(survey.settings.accounts)} account(s), {place}")]
