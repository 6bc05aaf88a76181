// A search box of drugsearch in a page of another site. Copy this file to that site:
//
//   <drugsearch-box server="https://search.example.org"></drugsearch-box>
//   <script type="module" src="drugsearch.js"></script>
//
// Needs no other code. It asks the JSON API, and builds everything from texts and ranges, so that
// nothing of an answer can become markup. docs/embedding.md tells what the page has to allow.

const LIMIT = 5;

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// Ranges count code points, strings of JavaScript count others.
function marked(snippet) {
  const points = Array.from(snippet.text);
  const made = element("p");
  let place = 0;
  for (const [start, end] of snippet.marks) {
    made.append(points.slice(place, start).join(""), element("mark", points.slice(start, end).join("")));
    place = end;
  }
  made.append(points.slice(place).join(""));
  return made;
}

class DrugsearchBox extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.server = (this.getAttribute("server") ?? "").replace(/\/+$/, "");
    const number = document.querySelectorAll("drugsearch-box form").length + 1;
    const id = `drugsearch_${number}`;
    this.form = element("form", "", { role: "search" });
    this.form.action = `${this.server}/search`;
    this.input = element("input", "", { id, name: "q", type: "search", maxlength: "1000", autocomplete: "off" });
    const label = this.getAttribute("label") ?? "Search articles about medicines";
    this.form.append(element("label", label, { for: id }), " ", this.input, " ", element("button", "Search"));
    this.status = element("p", "", { role: "status" });
    this.list = element("div");
    this.append(this.form, this.status, this.list);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.search();
    });
  }

  async search() {
    const text = this.input.value.trim();
    if (!text) return;
    this.request?.abort();
    this.request = new AbortController();
    this.status.textContent = "Searching …";
    const asked = new URLSearchParams({ q: text, per_page: String(LIMIT) });
    let answer;
    try {
      const response = await fetch(`${this.server}/api/v1/search?${asked}`, {
        signal: this.request.signal,
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      answer = await response.json();
      if (!response.ok) throw new Error(answer.detail ?? answer.title);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.list.replaceChildren();
      this.status.textContent = `The search did not answer: ${error.message}`;
      return;
    }
    this.show(answer);
  }

  show(answer) {
    const { sections, articles } = answer.total;
    this.status.textContent = sections
      ? `${sections} ${sections === 1 ? "section" : "sections"} in ${articles} ${articles === 1 ? "article" : "articles"}`
      : "Nothing was found. That does not mean that something is safe.";
    const parts = [];
    if (answer.emergency) parts.push(this.emergency(answer.emergency));
    for (const notice of answer.notices) parts.push(element("p", notice.text));
    parts.push(...answer.results.map((result) => this.result(result)));
    if (sections) {
      const more = element("p");
      more.append(element("a", "All results", { href: this.server + answer.links.html }));
      parts.push(more);
    }
    parts.push(element("p", answer.meta.disclaimer));
    this.list.replaceChildren(...parts);
  }

  emergency(emergency) {
    const made = element("p");
    made.append(element("strong", emergency.text));
    for (const contact of emergency.contacts) made.append(` ${contact.label}: ${contact.number}`);
    return made;
  }

  result({ article, sections }) {
    const made = element("article");
    const title = element("h3", article.title, { dir: "auto" });
    const date = article.modified ?? article.published;
    const source = [article.publisher, article.publisher_type, date ? date.slice(0, 10) : "no date"];
    made.append(title, element("p", source.filter(Boolean).join(" · ")));
    for (const section of sections) {
      const heading = element("h4");
      heading.append(element("a", [...section.path, section.heading].join(" › "), { href: this.server + section.url, dir: "auto" }));
      made.append(heading);
      for (const snippet of section.snippets) {
        const quote = element("blockquote", "", { dir: "auto" });
        quote.append(marked(snippet));
        made.append(quote);
      }
    }
    return made;
  }
}

customElements.define("drugsearch-box", DrugsearchBox);
