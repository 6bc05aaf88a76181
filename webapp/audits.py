"""What in the index needs an editor, as a page, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.datastructures import MultiDict

from indexer.auditing import counts_of, selected
from indexer.errors import NotFoundError
from indexer.findings import FINDING_KINDS, Audit, Finding, FindingCode
from indexer.serialization import audit_json, findings_csv
from indexer.serialization.audit_shapes import AuditAnswer
from webapp import parameters
from webapp.api import DESCRIPTION_LINK, PREFIX
from webapp.caching import with_validator
from webapp.openapi import EVERYWHERE, Described, answers
from webapp.parameters import USUAL_FINDINGS
from webapp.params import AuditReading, read_audit
from webapp.problems import PROBLEM_TYPES, problem, refuse
from webapp.rendering import address_of
from webapp.serving import serving

blueprint = Blueprint("audits", __name__)

ASK_AGAIN: Final = 5
"""Seconds after which to ask again for an audit that is being made."""

CSV_NAME: Final = "drugsearch-audit.csv"


@blueprint.get("/audit")
def page() -> Response:
    """Show what needs an editor: how much of each kind, and the findings themselves."""
    # A form sends what was left empty too.
    given = [(name, value) for name, value in request.args.items(multi=True) if value.strip()]
    reading = read_audit(MultiDict(given), is_program=False)
    status = serving().index.status()
    done = serving().audits.audit()
    if done is None:
        waiting = render_template("audit_waiting.html", status=status)
        response = Response(waiting, HTTPStatus.ACCEPTED, mimetype="text/html")
        response.headers["Retry-After"] = str(ASK_AGAIN)
        return response
    about, unknown = _medicines(reading)
    within = selected(done, drugs=about) if about or not reading.drugs else ()
    found = tuple(of for of in within if not reading.codes or of.code in reading.codes)
    counts = counts_of(within)
    text = render_template(
        "audit.html",
        audit=done,
        kinds=FINDING_KINDS,
        counts=counts,
        present=[code for code, count in counts.items() if count],
        titles={kind.code: kind.title for kind in FINDING_KINDS},
        shown=_Shown(reading, found),
        reading=reading,
        unknown=unknown,
        status=status,
    )
    if reading.faults:
        return Response(text, HTTPStatus.BAD_REQUEST, mimetype="text/html")
    return with_validator(Response(text, mimetype="text/html"), status)


@blueprint.get(f"{PREFIX}/audit")
@answers(
    Described(
        AuditAnswer,
        parameters=parameters.AUDIT,
        headers=("ETag", "Cache-Control", "Link"),
        problems=(*EVERYWHERE, HTTPStatus.NOT_FOUND),
        example="drug={name}",
        bodies=("application/json", "text/csv"),
    )
)
def audit() -> Response:
    """Answer what in the index needs an editor.

    In JSON page by page, with the number of findings of each kind; in CSV all of them.
    """
    reading = read_audit(request.args, is_program=True)
    if reading.faults:
        return refuse(reading.faults)
    status = serving().index.status()
    done = serving().audits.audit()
    if done is None:
        kind = PROBLEM_TYPES["audit-under-way"]
        response = problem(kind, kind.advice)
        response.headers["Retry-After"] = str(ASK_AGAIN)
        return response
    about, unknown = _medicines(reading)
    if unknown:
        raise NotFoundError(f"No article in this index is about a medicine called {unknown[0]!r}.")
    found = selected(done, codes=reading.codes, drugs=about)
    if reading.form == "csv":
        response = Response("".join(findings_csv(found)), mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{CSV_NAME}"'
        response.headers["Link"] = DESCRIPTION_LINK
    else:
        response = _json(done, found, _Shown(reading, found))
    return with_validator(response, status)


def _json(done: Audit, found: Sequence[Finding], shown: _Shown) -> Response:
    counts: Mapping[FindingCode, int] = counts_of(found)
    answer: AuditAnswer = {
        **audit_json(done, shown.findings, counts),
        "page": {"number": shown.number, "size": shown.size, "pages": shown.pages},
    }
    around = {"prev": shown.number - 1, "next": shown.number + 1}
    links = [
        f'<{shown.address("audits.audit", number)}>; rel="{name}"'
        for name, number in around.items()
        if 1 <= number <= shown.pages
    ]
    response = jsonify(answer)
    response.headers["Link"] = ", ".join([*links, DESCRIPTION_LINK])
    return response


def _medicines(reading: AuditReading) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names under which the index lists the medicines asked for, and what is none."""
    about, unknown = [], []
    for name in reading.drugs:
        try:
            about.append(serving().index.drug(name).name)
        except NotFoundError:
            unknown.append(name)
    return about, unknown


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page of findings, and the addresses around it."""

    reading: AuditReading
    found: Sequence[Finding]

    @property
    def number(self) -> int:
        return self.reading.page

    @property
    def size(self) -> int:
        return self.reading.per_page

    @property
    def pages(self) -> int:
        return max(-(-len(self.found) // self.size), 1)

    @property
    def findings(self) -> Sequence[Finding]:
        return self.found[(self.number - 1) * self.size : self.number * self.size]

    @property
    def total(self) -> int:
        return len(self.found)

    def address(self, endpoint: str, number: int = 1, **other: str) -> str:
        """Return the address of a page of the same findings."""
        values: dict[str, str | list[str]] = dict(other)
        for name, given in (("code", self.reading.codes), ("drug", self.reading.drugs)):
            if given:
                values.setdefault(name, list(given))
        if number > 1:
            values["page"] = str(number)
        if self.size != USUAL_FINDINGS:
            values["per_page"] = str(self.size)
        return address_of(endpoint, **values)
