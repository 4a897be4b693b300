"""The specification, OpenAPI 3.1, and the page that explains it to people; both are made from the addresses."""

import json
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, current_app, render_template

from unmentor.api import data, views
from unmentor.api.asking import LIMIT, say_what_is_left
from unmentor.api.blueprint import ABOUT, Api
from unmentor.api.explaining import Field, explained, schema_named
from unmentor.api.lists import PAGE
from unmentor.impact.public import LICENCE
from unmentor.page_cache import cached_for_visitors
from unmentor.runtime import settings


@dataclass(frozen=True, slots=True)
class Operation:
    """One address: what it is for, what it takes, and the schema of what it gives."""

    path: str
    says: str
    takes: list[Field]
    gives: str


def init_api(app: Flask) -> None:
    """Give *app* the API; call it before the page cache is there, which must not keep what is left to one asker."""
    app.config.update(API_TITLE="UnMentoring", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.after_request(say_what_is_left)
    info = {"description": ABOUT, "license": {"name": "Open Government Licence v3.0", "url": LICENCE}}
    api = Api(app, spec_kwargs={"info": info, "servers": [{"url": app.extensions["settings"].base_url}]})
    api.register_blueprint(views.blueprint)
    app.add_template_global(data.dataset)
    app.extensions["specification"] = api.spec
    pages = {"/api/v1/openapi.json": ("api.openapi", openapi), "/api/docs": ("api.docs", docs), **data.PAGES}
    for rule, (name, view) in pages.items():
        app.add_url_rule(rule, name, view)


@cached_for_visitors
def openapi() -> Response:
    """Hand out the specification, in the reader's language."""
    return Response(json.dumps(specification(), indent=1), content_type="application/json; charset=utf-8")


@cached_for_visitors
def docs() -> str:
    """Explain the API: what is where, what each part means, and the rules of the house."""
    spec = specification()
    return render_template(
        "api/docs.html",
        about=ABOUT,
        base=settings().base_url,
        operations=_operations(spec["paths"]),
        answers={
            name: [explained(each, told) for each, told in schema["properties"].items()]
            for name, schema in sorted(spec["components"]["schemas"].items())
        },
        most=LIMIT.most,
        page=PAGE,
    )


def specification() -> dict[str, Any]:
    """Return the specification in the reader's language, as plain JSON has it."""
    made = current_app.extensions["specification"].to_dict()
    return cast(dict[str, Any], json.loads(json.dumps(made, default=str)))


def _operations(paths: dict[str, Any]) -> list[Operation]:
    return [
        Operation(
            path,
            at["get"]["summary"],
            [explained(each["name"], each["schema"] | each) for each in _parameters(at)],
            schema_named(at["get"]["responses"]["200"]["content"]["application/json"]["schema"]),
        )
        for path, at in sorted(paths.items())
    ]


def _parameters(at: dict[str, Any]) -> list[dict[str, Any]]:
    return [*at.get("parameters", []), *at["get"].get("parameters", [])]
