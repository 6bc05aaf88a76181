// Suggestions while typing, and searches of this browser: an editable combobox with list
// autocomplete and manual selection, as the ARIA Authoring Practices have it. The form works
// without this file; nothing here is needed to search.

const DELAY = 80; // milliseconds without a key before the server is asked
const KINDS = { drug: "Medicines", section: "Sections", article: "Articles", recent: "Searched before" };
const RECENT = "drugsearch.recent";
const REMEMBERING = "drugsearch.remember";
const MOST_RECENT = 8;

let boxes = 0;

/* --- searches of this browser ------------------------------------------------------------- */

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off: then nothing is remembered
  }
}

function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

const remembers = () => stored(REMEMBERING) !== "off";

function recentSearches() {
  if (!remembers()) return [];
  try {
    const found = JSON.parse(stored(RECENT) ?? "[]");
    return Array.isArray(found) ? found.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

function remember(text) {
  const asked = text.trim();
  if (!asked || !remembers()) return;
  const others = recentSearches().filter((other) => other.toLowerCase() !== asked.toLowerCase());
  store(RECENT, JSON.stringify([asked, ...others].slice(0, MOST_RECENT)));
}

function forget(isForGood) {
  store(RECENT, null);
  if (isForGood) store(REMEMBERING, "off");
}

/* --- the box ------------------------------------------------------------------------------ */

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

class SearchBox {
  constructor(form) {
    boxes += 1;
    this.form = form;
    this.input = form.querySelector("input[name=q]");
    this.options = [];
    this.active = -1;
    this.asked = 0;
    this.list = element("div", {
      id: `suggestions_${boxes}`, role: "listbox", "aria-label": "Suggestions", class: "suggestions",
    });
    this.list.hidden = true;
    this.status = element("p", { role: "status", class: "unseen" });
    this.tools = element("div", { class: "suggestions-tools" });
    this.panel = element("div", { class: "suggestions-panel" }, this.list, this.tools);
    this.panel.hidden = true;
    form.append(this.panel, this.status);
    const attributes = {
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": this.list.id, "aria-haspopup": "listbox",
    };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => {
      if (!event.isComposing) this.askSoon();
    });
    this.input.addEventListener("compositionend", () => this.askSoon());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("click", () => {
      if (!this.input.value.trim()) this.showRecent();
    });
    this.input.addEventListener("blur", () => {
      // The tools of the panel are buttons: the focus may go there.
      setTimeout(() => {
        if (!this.form.contains(document.activeElement)) this.close();
      });
    });
    // Pressing on a suggestion takes the focus from the box only when it is chosen.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options.findIndex((one) => one.element === option));
    });
    this.form.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.form.contains(event.relatedTarget)) this.close();
    });
  }

  press(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const isOpen = !this.panel.hidden && this.options.length > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) this.move(event.key === "ArrowDown" ? 1 : -1);
      else if (this.input.value.trim()) this.ask(event.key === "ArrowDown" ? 0 : -1);
      else this.showRecent(0);
    } else if (event.key === "Enter" && isOpen && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape") {
      // The browser would empty the box at once; the first Escape only closes the list.
      if (!this.panel.hidden) {
        event.preventDefault();
        this.close();
      } else if (this.input.value) {
        event.preventDefault();
        this.input.value = "";
      }
    } else if (event.key === "Tab") {
      if (!this.tools.childElementCount) this.close();
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
      this.select(-1); // these move in the text, and so back to it
    }
  }

  /* --- asking ----------------------------------------------------------------------------- */

  askSoon() {
    this.giveUp(); // an answer under way is to what stood in the box before
    this.timer = setTimeout(() => this.ask(), DELAY);
  }

  // Neither what waits to be asked nor what is under way is wanted any more.
  giveUp() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.request?.abort();
  }

  async ask(selected = -1) {
    const text = this.input.value;
    this.giveUp();
    const asked = this.asked;
    if (!text.trim()) {
      this.close();
      return;
    }
    this.request = new AbortController();
    let groups;
    try {
      const address = `${this.form.dataset.suggest}?${new URLSearchParams({ q: text, limit: "5" })}`;
      const answer = await fetch(address, { signal: this.request.signal });
      groups = answer.ok ? (await answer.json()).groups : [];
    } catch {
      return; // given up for a newer one, or no server: typing goes on without suggestions
    }
    // What was typed meanwhile makes this answer old.
    if (asked !== this.asked || document.activeElement !== this.input) return;
    this.show(groups, selected);
  }

  showRecent(selected = -1) {
    const texts = recentSearches();
    if (!texts.length) return;
    const items = texts.map((text) => ({ label: text, detail: "", q: text, url: null, lasa: [] }));
    this.show([{ type: "recent", items }], selected);
    const tools = [["Forget these", false], ["Do not remember searches", true]];
    for (const [label, isForGood] of tools) {
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => {
        forget(isForGood);
        this.close();
        this.input.focus();
        this.status.textContent = isForGood ? "Searches are no longer remembered." : "Forgotten.";
      });
      this.tools.append(button);
    }
  }

  /* --- showing ---------------------------------------------------------------------------- */

  show(groups, selected) {
    this.options = [];
    this.tools.replaceChildren();
    const shown = groups.filter((group) => group.items.length).map((group) => this.group(group));
    this.list.replaceChildren(...shown);
    if (!this.options.length) {
      this.close();
      return;
    }
    this.panel.hidden = this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.select(selected < 0 ? selected : Math.min(selected, this.options.length - 1));
    const count = this.options.length;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      this.status.textContent = `${count} ${count === 1 ? "suggestion" : "suggestions"}`;
    }, 400);
  }

  group(group) {
    const id = `${this.list.id}_${group.type}`;
    const title = element("div", { id, class: "suggestions-title", role: "presentation" }, KINDS[group.type] ?? group.type);
    const made = element("div", { role: "group", "aria-labelledby": id }, title);
    for (const item of group.items) {
      const option = element("div", { role: "option", id: `${this.list.id}_${this.options.length}`, "aria-selected": "false" });
      const label = element("bdi", { class: "suggestion-label" }, item.label);
      option.append(label);
      if (item.detail && item.detail !== "section") {
        option.append(" ", element("span", { class: "soft" }, item.detail));
      }
      if (item.lasa.length) {
        const warning = `do not confuse with ${item.lasa.join(", ")}`;
        option.append(" ", element("span", { class: "suggestion-lasa" }, warning));
      }
      made.append(option);
      this.options.push({ element: option, item, type: group.type });
    }
    return made;
  }

  move(step) {
    const count = this.options.length;
    if (this.active < 0) this.select(step > 0 ? 0 : count - 1);
    else this.select((this.active + step + count) % count);
  }

  select(place) {
    if (this.active >= 0) this.options[this.active]?.element.setAttribute("aria-selected", "false");
    this.active = place;
    if (place < 0) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    const option = this.options[place].element;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  choose(place) {
    const { item, type } = this.options[place];
    this.close();
    // An article is opened; everything else is searched for, as it would be if it were typed.
    if (type === "article" && item.url) {
      location.assign(item.url);
      return;
    }
    this.input.value = item.q;
    this.form.requestSubmit();
  }

  close() {
    this.giveUp();
    clearTimeout(this.saying);
    this.select(-1);
    this.options = [];
    this.list.replaceChildren();
    this.tools.replaceChildren();
    this.panel.hidden = this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.status.textContent = "";
  }
}

/* --- the switch on the safety page -------------------------------------------------------- */

function startSwitch() {
  const place = document.getElementById("remember_switch");
  if (!place) return;
  const box = element("input", { type: "checkbox" });
  box.checked = remembers();
  box.addEventListener("change", () => {
    store(REMEMBERING, box.checked ? null : "off");
    if (!box.checked) forget(true);
  });
  place.append(element("label", {}, box, " Remember my searches in this browser"));
}

for (const form of document.querySelectorAll("form[role=search]")) new SearchBox(form);
startSwitch();

// Only what found something is worth offering again.
const results = document.querySelector("main [data-query]");
if (results?.dataset.found === "true") remember(results.dataset.query);
