"""What tests of the customers' room share."""

from __future__ import annotations

import pytest

from customers.tagging.lexicon import Lexicon
from customers.tagging.live import LiveLexicon, starter_lexicon
from customers.tagging.match import Tagger


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return starter_lexicon()


@pytest.fixture(scope="session")
def tagger(lexicon: Lexicon) -> Tagger:
    return Tagger(lexicon)


@pytest.fixture
def live() -> LiveLexicon:
    return LiveLexicon()
