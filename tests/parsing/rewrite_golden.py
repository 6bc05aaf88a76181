"""Write out/*.json anew from in/*.html: `python -m tests.parsing.rewrite_golden`.

Read the difference before you commit it: it is what readers will find changed.
"""

from tests.parsing.golden import golden_pages, written

if __name__ == "__main__":
    for page in golden_pages():
        page.expected.write_text(written(page.source), encoding="utf-8")
