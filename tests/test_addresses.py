"""An address that never changes is built once, and is what Flask builds."""

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("prefix", ["", "/elsewhere"])
def test_a_fixed_address_is_what_flask_builds(app: Flask, method: str, prefix: str) -> None:
    fixed = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.arguments - set(rule.defaults or ())}
    assert {"public.home", "people.sign_out"} <= fixed
    for _again in range(2):
        with app.test_request_context("/about", method=method, environ_overrides={"SCRIPT_NAME": prefix}):
            for endpoint in fixed:
                assert app.url_for(endpoint) == Flask.url_for(app, endpoint), endpoint
            assert app.url_for("static", filename="style.css") == f"{prefix}/static/style.css"
            for slug in ("a b", "ŷ", "?page=2"):
                for endpoint in ("reflections.show", "reflections.topic"):
                    assert app.url_for(endpoint, slug=slug) == Flask.url_for(app, endpoint, slug=slug)


def test_no_more_addresses_are_kept_than_there_is_room_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unmentor.factory.MOST_ADDRESSES", 3)
    with app.test_request_context("/"):
        assert [app.url_for("reflections.topic", slug=str(n)) for n in range(9)] == [f"/topics/{n}" for n in range(9)]
    assert len(app._fixed) <= 3


def test_an_address_elsewhere_is_built_for_where_it_is_asked(app: Flask) -> None:
    for host in ("one.example", "two.example"):
        with app.test_request_context("/about", headers={"Host": host}):
            assert url_for("static", filename="style.css", _external=True) == f"http://{host}/static/style.css"
            assert url_for("public.about", _external=True) == f"http://{host}/about"
            assert url_for(".about") == "/about"
            with pytest.raises(BuildError):
                url_for("reflections.show")
