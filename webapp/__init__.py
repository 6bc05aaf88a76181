"""The web application: pages for people, JSON for programs, over one index."""

from __future__ import annotations

from importlib import metadata

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from jinja2 import StrictUndefined

from indexer.config import Settings, settings_from
from indexer.index import open_index
from indexer.unanswered import Unanswered
from webapp import (
    api,
    api_description,
    assets,
    audits,
    browser,
    changes,
    compression,
    exports,
    health,
    logs,
    observing,
    pages,
    problems,
    rate_limit,
    rendering,
    security,
    serving,
)
from webapp.audit_desk import AuditDesk
from webapp.logs import start_logging
from webapp.metrics import Metrics
from webapp.result_cache import ResultCache
from webapp.security import HEADERS

MEGABYTE = 1024 * 1024

__all__ = ["HEADERS", "create_app", "start_logging"]


class _Json(DefaultJSONProvider):
    """Keeps keys in the order of the contract and text readable."""

    sort_keys = False
    ensure_ascii = False


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application; raise ConfigError for settings that cannot be used.

    Without settings those of the environment hold. No index need exist yet: the application
    answers 503 until there is one, and serves each new generation as soon as it is published.
    """
    settings = settings or settings_from()
    # Flask adds the route of static files before it can be told to leave out OPTIONS.
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.json = _Json(app)
    logs.attach(settings)
    index = open_index(settings.index, settings=settings)
    metrics = Metrics(index.status)
    # First, so that it measures all that the others do.
    observing.attach(app, metrics, tells_queries=bool(settings.log_queries))
    # Then, so that it names each request before anything else and adds its headers last.
    security.attach(app, settings)
    rate_limit.attach(app, settings)
    for part in (changes, compression, assets, problems, rendering):
        part.attach(app)
    # What is said of ages and records is on pages too.
    shown = f"{settings.max_age_days} {settings.log_queries} {bool(settings.query_report)}"
    edition = assets.edition_of(app, f"{metadata.version('drugsearch')} {shown}")
    cache = ResultCache(settings.cache_mb * MEGABYTE)
    serves = serving.Serving(
        index=index,
        settings=settings,
        cache=cache,
        audits=AuditDesk(index),
        edition=edition,
        metrics=metrics,
        unanswered=Unanswered(settings.query_report) if settings.query_report else None,
    )
    serving.attach(app, serves)
    for views in (pages, api, exports, audits, api_description, browser, health):
        app.register_blueprint(views.blueprint)
    return app
