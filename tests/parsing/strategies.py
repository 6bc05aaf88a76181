"""Pages for Hypothesis: from noise to markup that is nearly right."""

from hypothesis import strategies as st

TAGS = (
    "p div h1 h2 h3 h6 ul ol li dl dt dd table tr td th caption thead blockquote pre b strong a "
    "sup sub br figure figcaption nav aside footer form section article main span q details "
    "summary button del"
).split()
ATTRIBUTES = (
    "", ' class="sidebar"', ' class="entry-content"', ' role="heading" aria-level="2"', " hidden",
    ' colspan="3"', ' rowspan="2"', ' href="/x"', ' id="content"', ' style="font-weight:bold"',
    ' value="7"', ' start="-3"', ' type="i"', ' aria-hidden="true"', ' role="presentation"',
)  # fmt: skip

words = st.text(
    alphabet=st.one_of(
        st.sampled_from("abc .:5%é\u00a0\u00ad\u200b\t\n<&"), st.characters(exclude_categories=[])
    ),
    max_size=12,
)
opening = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES))
closing = st.builds("</{}>".format, st.sampled_from(TAGS))
markup = st.lists(
    st.one_of(
        opening, closing, words, st.sampled_from(["<!--", "-->", "<![CDATA[", "&#x96;", "<p", "\0"])
    ),
    max_size=60,
).map("".join)
pages = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", errors="surrogatepass")),
    markup.map(lambda text: text.encode("utf-8", errors="replace")),
    markup.map(lambda text: text.encode("utf-16")),
    markup.map(lambda text: b"<meta charset=shift_jis>" + text.encode("cp932", errors="replace")),
)
