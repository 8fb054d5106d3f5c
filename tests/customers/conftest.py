"""What tests of the customers' room share."""

from __future__ import annotations

import pytest

from customers.tagging.lexicon import Lexicon
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Tagger


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="session")
def tagger(lexicon: Lexicon) -> Tagger:
    return Tagger(lexicon)
