// The page of an article: from place to place that was found, where one is in the contents, back
// to the results as they were, copying. All of it is there without this file, in fewer steps.

const BELOW = 24; // pixels below the upper edge where a section that begins counts as read

const get = (id) => document.getElementById(id);

/* --- places found ------------------------------------------------------------------------- */

function startFinding() {
  const bar = document.querySelector(".find");
  const marks = [...document.querySelectorAll("mark[id^='hit_']")];
  if (!bar || !marks.length) return;
  const status = get("find_status");
  let current = -1;

  const show = (place, moves = true) => {
    if (current >= 0) marks[current].classList.remove("current");
    current = (place + marks.length) % marks.length;
    const mark = marks[current];
    mark.classList.add("current");
    status.textContent = `${current + 1} of ${marks.length}`;
    if (moves) mark.scrollIntoView({ block: "center" });
  };
  // From where the reader is: the first mark below the upper edge, or the last above it.
  const visible = () => {
    const edge = bar.getBoundingClientRect().bottom;
    const below = marks.findIndex((mark) => mark.getBoundingClientRect().top >= edge);
    return below < 0 ? marks.length - 1 : below;
  };
  const next = () => show(current < 0 ? visible() : current + 1);
  const previous = () => show(current < 0 ? visible() - 1 : current - 1);

  get("find_first").hidden = true;
  for (const [id, step] of [["find_next", next], ["find_previous", previous]]) {
    const button = get(id);
    button.hidden = false;
    button.addEventListener("click", step);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "n" && event.key !== "p") return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!areShortcutsOn()) return;
    event.preventDefault();
    (event.key === "n" ? next : previous)();
  });
  const follow = () => {
    const at = marks.findIndex((mark) => `#${mark.id}` === location.hash);
    if (at >= 0) show(at, false);
  };
  window.addEventListener("hashchange", follow);
  follow();
}

function isTyping(target) {
  return target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName);
}

function areShortcutsOn() {
  try {
    return localStorage.getItem("drugsearch.shortcuts") !== "off";
  } catch {
    return true;
  }
}

/* --- the contents follow the reader ------------------------------------------------------- */

function startFollowing() {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents li > a:first-child")) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  const sections = [...document.querySelectorAll(".part")].filter((part) => links.has(part.id));
  if (!sections.length) return;
  let current;

  const mark = (link) => {
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    current = link;
    const list = link.closest("nav");
    const box = link.getBoundingClientRect(), frame = list.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) {
      list.scrollTop += box.top - frame.top - frame.height / 3;
    }
  };
  // The section being read is the last that begins above a line close to where a link to a section
  // puts its heading, so that a short one counts as well as one taller than the window.
  const follow = () => {
    const padding = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    let low = 0, high = sections.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (sections[middle].getBoundingClientRect().top <= padding + BELOW) low = middle;
      else high = middle - 1;
    }
    mark(links.get(sections[low].id));
  };
  let isDue = false;
  addEventListener("scroll", () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      follow();
    });
  }, { passive: true });
  follow();
}

/* --- back to the results as they were ----------------------------------------------------- */

function startGoingBack() {
  const link = get("find_back");
  if (!link) return;
  let results;
  try {
    results = sessionStorage.getItem("drugsearch.results");
  } catch {
    return;
  }
  const asked = new URL(link.href).searchParams.get("q");
  if (!results || new URL(results, location).searchParams.get("q") !== asked) return;
  link.href = results;
}

/* --- copying ------------------------------------------------------------------------------ */

function startCopying() {
  const button = get("cite_copy");
  if (!button || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = get("cite_text").textContent.replace(/\s+/g, " ").trim();
    const address = `${location.origin}${location.pathname}`;
    try {
      await navigator.clipboard.writeText(`${text} ${address}`);
      get("cite_status").textContent = "Copied.";
    } catch {
      get("cite_status").textContent = "The browser does not allow copying.";
    }
  });
}

startFinding();
startFollowing();
startGoingBack();
startCopying();
