import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.privacy import blank, coarsen, find_place, has_place
from core.accounts import Crs
from core.clock import from_epoch
from core.places import coarse, distance_m

LOCATION = {
    "MsgType": "event",
    "Event": "LOCATION",
    "Latitude": "23.137466",
    "Longitude": "113.352425",
    "Precision": "119.385040",
}
MESSAGE = {
    "MsgType": "location",
    "Location_X": "23.134521",
    "Location_Y": "113.358803",
    "Scale": "20",
    "Label": "广州市海珠区客村艺苑路 3 号",
    "MsgId": "1",
}
SELECT = {
    "MsgType": "event",
    "Event": "location_select",
    "EventKey": "6",
    "SendLocationInfo": {
        "Location_X": "23",
        "Location_Y": "113",
        "Scale": "15",
        "Label": "客村艺苑路",
        "Poiname": "店",
    },
}
PUSHES = {"event.location": LOCATION, "location": MESSAGE, "event.location_select": SELECT}


def shape(value):
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else None


@pytest.mark.parametrize(
    "fields",
    [
        *PUSHES.values(),
        {"a": {"b": [{"lat": 1.5, "lng": 2.5}]}},
        {"LATITUDE": ""},
        {"address": "x"},
        {"x": [[{"Poiname": ""}]]},
    ],
)
def test_places_are_found_at_any_depth_and_in_any_case(fields):
    assert has_place(fields)


def test_a_push_without_a_place_has_none():
    assert not has_place(
        {"MsgType": "text", "Content": "Latitude 23.1", "PicList": {"item": [{"PicMd5Sum": "a"}]}, "n": 5}
    )


def test_a_point_becomes_the_centre_of_its_cell_and_texts_stay_texts():
    treated = coarsen(LOCATION, 1000)
    latitude, longitude = coarse(23.137466, 113.352425, 1000)
    assert treated == LOCATION | {"Latitude": str(latitude), "Longitude": str(longitude), "Precision": "1000"}
    assert treated["Latitude"] != LOCATION["Latitude"]
    assert distance_m(23.137466, 113.352425, latitude, longitude) <= 1000 / math.sqrt(2) + 1


def test_people_in_one_cell_cannot_be_told_apart():
    latitude, longitude = coarse(23.137466, 113.352425, 1000)
    near = {"Latitude": str(latitude + 0.001), "Longitude": str(longitude - 0.001), "Precision": "119.385040"}
    assert coarsen(LOCATION, 1000) == coarsen(LOCATION | near, 1000)


def test_an_accuracy_worse_than_the_cell_stays():
    assert coarsen(LOCATION | {"Precision": "2703.5"}, 1000)["Precision"] == "2703.5"


def test_labels_are_blank_even_where_the_cell_is_kept():
    assert coarsen(MESSAGE, 1000)["Label"] == ""
    inside = coarsen(SELECT, 1000)["SendLocationInfo"]
    assert (inside["Label"], inside["Poiname"], inside["Scale"]) == ("", "", "15")
    assert (inside["Location_X"], inside["Location_Y"]) == tuple(map(str, coarse(23.0, 113.0, 1000)))


def test_without_consent_everything_that_tells_a_place_is_empty():
    assert blank(LOCATION) == LOCATION | {"Latitude": "", "Longitude": "", "Precision": ""}
    assert blank(MESSAGE) == MESSAGE | {"Location_X": "", "Location_Y": "", "Label": ""}
    empty = {"Location_X": "", "Location_Y": "", "Scale": "15", "Label": "", "Poiname": ""}
    assert blank(SELECT) == SELECT | {"SendLocationInfo": empty}


def test_numbers_stay_numbers_and_the_name_of_a_point_goes():
    fields = {
        "detail": [{"latitude": 23.5, "longitude": 113.5, "name": "店", "altitude": 12.0, "city": "广州"}],
        "name": "Anna",
    }
    latitude, longitude = coarse(23.5, 113.5, 500)
    kept = {"latitude": latitude, "longitude": longitude, "name": "", "altitude": "", "city": "广州"}
    assert coarsen(fields, 500) == {"detail": [kept], "name": "Anna"}
    assert blank(fields)["detail"][0]["latitude"] == ""


@pytest.mark.parametrize(
    "odd",
    [
        {"Latitude": "23.1"},
        {"Latitude": "91", "Longitude": "1"},
        {"Latitude": "nan", "Longitude": "1"},
        {"Latitude": "", "Longitude": ""},
        {"Latitude": ["23.1", "23.2"], "Longitude": "1"},
        {"Latitude": "0", "Longitude": "0"},
        {"Latitude": "23.1", "longitude": {"Value": "113.1"}},
    ],
)
def test_a_coordinate_that_makes_no_point_is_blank(odd):
    treated = coarsen(odd, 1000)
    assert shape(treated).keys() == odd.keys()
    assert "23.1" not in json.dumps(treated) and "91" not in json.dumps(treated)


def test_a_second_spelling_does_not_slip_through():
    treated = coarsen({"Lat": "23.137466", "lat": "23.137466", "LNG": "113.352425", "lng": "113.352425"}, 1000)
    assert "23.137466" not in treated.values() and "113.352425" not in treated.values()


def test_a_numeric_label_is_no_place():
    check = {"Event": "wxa_media_check", "result": {"suggest": "pass", "label": 100}, "label": "20006"}
    assert blank(check) == coarsen(check, 1000) == check


def test_the_fields_given_are_not_changed():
    before = json.dumps(SELECT)
    blank(SELECT), coarsen(SELECT, 1000)
    assert json.dumps(SELECT) == before


def test_the_location_event_is_in_the_coordinates_of_the_account():
    for crs in Crs:
        point, label = find_place("event.location", LOCATION, crs, 1763784000)
        assert (point.latitude, point.longitude, point.crs, point.accuracy_m) == (23.137466, 113.352425, crs, 119.38504)
        assert (point.source, point.captured_at, label) == ("event.location", from_epoch(1763784000), "")


def test_what_is_picked_on_wechats_map_is_gcj02_and_x_is_the_latitude():
    point, label = find_place("location", MESSAGE, Crs.WGS84, 1)
    assert (point.latitude, point.longitude, point.crs) == (23.134521, 113.358803, Crs.GCJ02)
    assert label == "广州市海珠区客村艺苑路 3 号"
    point, label = find_place("event.location_select", SELECT, Crs.WGS84, 1)
    assert (point.latitude, point.longitude, point.crs, label) == (23.0, 113.0, Crs.GCJ02, "客村艺苑路")


def test_the_name_of_the_place_stands_in_for_a_missing_label():
    fields = {"SendLocationInfo": {"Location_X": "1", "Location_Y": "2", "Label": "", "Poiname": "店"}}
    assert find_place("event.location_select", fields, Crs.WGS84, 1)[1] == "店"


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (None, "113"),
        ("23", None),
        ("", ""),
        ("91", "0.5"),
        ("23", "181"),
        ("nan", "1"),
        ("inf", "1"),
        ("2_3", "1"),
        ("x", "1"),
        ("0", "0"),
        ("0.000000", "0.000000"),
        (True, 1),
        (["23"], "1"),
        ({"a": 1}, "1"),
        (10**400, 1),
    ],
)
def test_a_missing_or_absurd_coordinate_gives_no_point(x, y):
    named = {"Location_X": x, "Location_Y": y, "Label": "L"}
    fields = {name: value for name, value in named.items() if value is not None}
    assert find_place("location", fields, Crs.WGS84, 1) == (None, "L")


def test_an_accuracy_that_is_none_is_unknown():
    for precision in ("", "-5", "nan", "x"):
        assert find_place("event.location", LOCATION | {"Precision": precision}, Crs.WGS84, 1)[0].accuracy_m == 0.0


def test_only_pushes_about_the_persons_place_give_a_point():
    assert find_place("text", LOCATION | MESSAGE, Crs.WGS84, 1) == (None, "")
    assert find_place("event.location_select", {"SendLocationInfo": "x"}, Crs.WGS84, 1) == (None, "")
    assert find_place("event.add_express_path", {"Actions": [{"Lat": "1", "Lng": "2"}]}, Crs.WGS84, 1) == (None, "")


LEAVES = st.sampled_from(["23.137466", "113.352425", 23.137466, 113.352425, "x", "", None, True, "nan", 10**400])
NAMES = st.sampled_from(
    ["Latitude", "longitude", "lat", "LNG", "Location_X", "Location_Y", "Label", "Location", "a", "b"]
)
FIELDS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))
)


EXACT = ("23.137466", "113.352425", 23.137466, 113.352425)


def holds_exact(value, name=""):
    """True if an exact coordinate stands under a name that tells a place."""
    if isinstance(value, dict):
        return any(holds_exact(inner, key) for key, inner in value.items())
    if isinstance(value, list):
        return any(holds_exact(inner, name) for inner in value)
    return name not in ("", "a", "b") and not isinstance(value, bool) and value in EXACT


@given(FIELDS)
def test_no_exact_place_is_left_and_the_shape_stays(fields):
    for treated in (blank(fields), coarsen(fields, 1000)):
        assert shape(treated) == shape(fields)
        assert not holds_exact(treated)
    if not has_place(fields):
        assert blank(fields) == coarsen(fields, 1000) == fields
