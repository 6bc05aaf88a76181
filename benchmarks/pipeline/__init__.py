"""From pages of HTML to a published index: `drugsearch reindex` beside Pagefind."""
