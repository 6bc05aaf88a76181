"""What is furniture of a page and not article: a table of rules that a person can read.

A rule looks at an element's name, role, microdata, or at the words in its classes and id. Words
are compared as words: `share-buttons` is the words *share*, *buttons*, so that `shared-care`,
`navy`, `commentary` and `side-effects` are nothing. What a rule says is a suspicion; `content`
weighs it, because layouts call whole pages `content-sidebar`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from bs4 import Tag

Suspicion: TypeAlias = Literal["", "outside", "anywhere"]
"""No furniture; furniture unless it stands inside the article; furniture wherever it stands."""

# Words that stand in this order, next to one another, in one class or id.
_PHRASES: Final = frozenset(
    phrase.strip()
    for phrase in (
        # ways around the site
        "navigation, navbar, nav menu, nav links, nav bar, main nav, site nav, top nav, side nav, "
        "sidenav, subnav, main menu, primary menu, menu item, mega menu, sub menu, submenu, "
        "dropdown menu, topbar, top bar, breadcrumb, breadcrumbs, pagination, page links, "
        "post nav, pager, skip link, skip to content, back to top, to top, offcanvas, off canvas, "
        "toc, table of contents, tableofcontents, ez toc, lwptoc, jump links, "
        "language switcher, lang switcher, site map, az index, "
        # consent
        "cookie, cookies, cookiebar, cookielaw, gdpr, ccpa, consent banner, consent manager, "
        # sharing
        "share bar, share buttons, share button, share links, share this, share post, share icons, "
        "share box, share tools, post share, social share, social links, social media, "
        "social icons, social buttons, social sharing, sharing buttons, sd sharing, sharedaddy, "
        "sharethis, addtoany, addthis, a2a kit, shareaholic, likes widget, jp likes, "
        # other articles
        "related posts, related post, related articles, related article, related content, "
        "related links, related stories, related products, related items, related topics, "
        "related pages, relatedposts, relatedarticles, yarpp, crp related, "
        "you may also like, may also like, recommended posts, recommended articles, "
        "recommended products, also read, read next, up next, next post, previous post, see also, "
        "recent posts, recent comments, popular posts, latest posts, latest news, more articles, "
        "more posts, more from, more stories, trending, outbrain, taboola, tag cloud, tagcloud, "
        # comments
        "block comments, comments area, comments section, comments list, comments wrapper, "
        "comments title, "
        "comment list, commentlist, comment form, comment respond, comment reply, comment body, "
        "comment content, comment thread, comments container, leave reply, leave comment, "
        "disqus, fb comments, user comments, customer reviews, user reviews, product reviews, "
        "patient reviews, review list, reviews list, testimonial, testimonials, guestbook, "
        # columns beside the article
        "sidebar, side bar, widget area, sidebar widget, footer widget, footer widgets, "
        "right rail, left rail, "
        # head and foot of the site
        "site header, site footer, site info, site branding, site title, site description, "
        "page footer, global header, global footer, masthead, colophon, footer menu, "
        "footer links, footer bottom, "
        # who, when, where
        "author box, author bio, author info, author card, author profile, author description, "
        "about author, about the author, authorbox, post author, entry author, byline, "
        "entry meta, post meta, article meta, postmeta, postmetadata, entry utility, post utility, "
        "entry footer, post footer, "
        "article footer, posted on, posted in, posted by, cat links, tags links, tag links, "
        "tag list, post tags, entry tags, article tags, post categories, entry categories, "
        "post views, post info, reading time, read time, edit link, editsection, "
        # letters, advertising, windows
        "newsletter, subscribe, subscription form, signup, sign up, opt in, mailchimp, "
        "optin, "  # codespell:ignore optin
        "advert, advertisement, advertising, adsbygoogle, ad container, ad slot, ad unit, "
        "ad wrapper, google ad, google ads, banner ad, ad banner, sponsored, promo, promo box, "
        "call to action, popup, pop up, modal, lightbox, app download, print button, "
        "print link, article tools, page tools, page actions, text resize, "
        # the shop
        "price, prices, price box, pricing, add to cart, addtocart, shopping cart, cart, "
        "checkout, buy now, buy box, buybox, buy button, buy online, order now, order button, "
        "order box, order form, order online, product price, product offer, product offers, "
        "special offer, stock status, in stock, shipping, coupon, coupons, discount, "
        "upsell, cross sell, bestsellers, "
        # opinions, search, accounts
        "feedback, page feedback, was this helpful, helpful, star rating, post ratings, "
        "user rating, rate this, search form, searchform, search box, searchbox, site search, "
        "search bar, login form, loginform, user menu"
    ).split(",")
)
# The whole class or id.
_WHOLE: Final = frozenset(
    "nav navi menu menus share sharing social socials related recommended comment comments "
    "commentarea respond reviews widget widgets footer copyright ad ads cta overlay buy offer "
    "offers ship delivery vote votes poll search login toolbar pullout-menu logo".split()
)
# The whole class or id, of an element that is not inside the article.
_WHOLE_OUTSIDE: Final = frozenset(
    "header head top banner aside secondary left right leftcol rightcol left-column right-column "
    "leftcolumn rightcolumn col-left col-right side tags categories meta author date "
    "disclaimer-bar bottom foot legal ticker "
    "announcement notice-bar topics tools slogan tagline".split()
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ROLES: Final = frozenset(
    "navigation search menu menubar toolbar tablist dialog alertdialog banner contentinfo".split()
)
_ITEM_TYPES: Final = frozenset(
    "BreadcrumbList Comment UserComments Review AggregateRating Offer AggregateOffer "
    "SiteNavigationElement WPHeader WPFooter WPSideBar".split()
)
_ITEM_PROPERTIES: Final = frozenset(
    {"comment", "review", "reviews", "offers", "aggregateRating", "breadcrumb"}
)
_ELEMENTS: Final[dict[str, Suspicion]] = {
    "nav": "anywhere",
    "form": "anywhere",
    "dialog": "anywhere",
    "aside": "outside",
    "header": "outside",
    "footer": "outside",
    "address": "outside",
}

_OPINIONS: Final = frozenset(
    "comment comments commentlist replies respond review reviews testimonial testimonials disqus "
    "guestbook".split()
)

# Classes that say how something looks or what a post is filed under, not what it is.
_STATES: Final = ("has-", "no-", "with-", "without-", "is-", "category-", "tag-", "hide-", "show-")
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LONGEST_PHRASE: Final = 4
# More words are no name: site generators make ids of whole headings.
_LONGEST_NAME: Final = 5
_MAX_NAME: Final = 100

# Headings of furniture that stands in the article without any name of its own. The first kind
# needs to be followed by links alone, the second by anything.
_LINKS_HEADING: Final = re.compile(
    r"(?:related|recommended|popular|recent|latest|more|other|further)"
    r"(?: (?:posts?|articles?|pages?|stories|reading|products|topics|links|medicines))?"
    r"|you (?:may|might) (?:also )?(?:like|be interested in|also like)|read (?:also|next|more)"
    r"|see also|tags|categories|archives?|in this (?:article|page)|on this page"
    r"|(?:table of )?contents|comments|meta|blogroll|follow us|navigation|menu|pages",
    re.IGNORECASE,
)
_FURNITURE_HEADING: Final = re.compile(
    r"leave a (?:reply|comment)(?: cancel reply)?|post a comment|add a comment"
    r"|\d+ (?:comments?|replies|responses?|thoughts?)(?: (?:on|to) .*)?"
    r"|(?:one|no) (?:comments?|thought|response)(?: (?:yet|on|to) ?.*)?"
    r"|share (?:this|on|with)(?: .*)?|about the author|post navigation|reader interactions"
    r"|was this (?:page|article|information) (?:helpful|useful)|(?:join|subscribe to) (?:our )?.*"
    r"|(?:sign up (?:for|to) )?(?:our )?(?:weekly )?newsletter.*|cookie (?:notice|policy|settings)"
    r"|customer reviews|primary sidebar|rate this (?:page|article)",
    re.IGNORECASE,
)


def suspect(tag: Tag) -> Suspicion:
    """Say whether an element is furniture of the page, and where."""
    attributes = tag.attrs
    found: Suspicion = _ELEMENTS.get(tag.name, "")
    # The id of a heading is its text, whatever that speaks of.
    if not attributes or found == "anywhere" or tag.name in _HEADINGS:
        return found
    role = str(attributes.get("role", "")).lower()
    if role in _ROLES or _is_furniture_item(tag):
        return "anywhere"
    if role == "complementary":
        found = "outside"
    for key in ("class", "id"):
        for name in str(attributes.get(key, "")).split():
            named = _suspect_name(name)
            if named == "anywhere":
                return named
            found = found or named
    return found


def holds_opinions(tag: Tag) -> bool:
    """Say whether an element is named as the place of comments or reviews.

    Of all furniture these alone can be longer than the article.
    """
    return any(
        word in _OPINIONS
        for key in ("class", "id")
        for name in str(tag.attrs.get(key, "")).split()
        for word in words_of(name)
    )


def heads_links(heading: str) -> bool:
    """Say whether a heading is furniture if only links follow it."""
    return _LINKS_HEADING.fullmatch(_bare(heading)) is not None


def heads_furniture(heading: str) -> bool:
    """Say whether a heading is furniture whatever follows it."""
    return _FURNITURE_HEADING.fullmatch(_bare(heading)) is not None


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a class or id: `relatedPosts_box` is related, posts, box."""
    return tuple(word.lower() for word in _WORD.findall(name[:_MAX_NAME]))


@lru_cache(maxsize=4096)
def _suspect_name(name: str) -> Suspicion:
    lower = name.lower()
    if lower.startswith(_STATES):
        return ""
    if lower in _WHOLE:
        return "anywhere"
    words = words_of(name)
    if len(words) > _LONGEST_NAME:
        return ""
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(words)) + 1):
            if " ".join(words[start:end]) in _PHRASES:
                return "anywhere"
    return "outside" if lower in _WHOLE_OUTSIDE else ""


def _is_furniture_item(tag: Tag) -> bool:
    kind = str(tag.attrs.get("itemtype", "")).rpartition("/")[2]
    return kind in _ITEM_TYPES or tag.attrs.get("itemprop") in _ITEM_PROPERTIES


def _bare(heading: str) -> str:
    return heading.strip().rstrip(":?!.…").strip()
