"""Values to JSON-ready dictionaries: one shape for the command line and the JSON API.

Lists are never null and what is unknown is null. Keys may be added, never renamed: programs that
read version 1 of the API and scripts that read `--json` depend on them.
"""

from indexer.serialization.articles import (
    article_json,
    comparison_json,
    drug_json,
    drugs_of_index_json,
    indexed_article_json,
    section_json,
    summary_json,
)
from indexer.serialization.exports import (
    EXPORT_COLUMNS,
    ExportForm,
    export_head,
    export_line,
    exported_json,
)
from indexer.serialization.findings import (
    FINDING_COLUMNS,
    audit_json,
    finding_json,
    findings_csv,
)
from indexer.serialization.links import (
    article_link,
    compare_link,
    last_page,
    search_link,
    search_links,
)
from indexer.serialization.results import (
    results_json,
    snippet_html,
    snippet_json,
    suggestion_json,
    suggestions_json,
)
from indexer.serialization.runs import (
    failures_json,
    report_json,
    status_json,
    verification_json,
)
from indexer.serialization.shapes import DISCLAIMER, Json

__all__ = [
    "DISCLAIMER",
    "EXPORT_COLUMNS",
    "FINDING_COLUMNS",
    "ExportForm",
    "Json",
    "article_json",
    "article_link",
    "audit_json",
    "compare_link",
    "comparison_json",
    "drug_json",
    "drugs_of_index_json",
    "export_head",
    "export_line",
    "exported_json",
    "failures_json",
    "finding_json",
    "findings_csv",
    "indexed_article_json",
    "last_page",
    "report_json",
    "results_json",
    "search_link",
    "search_links",
    "section_json",
    "snippet_html",
    "snippet_json",
    "status_json",
    "suggestion_json",
    "suggestions_json",
    "summary_json",
    "verification_json",
]
