// The page of an article: from place to place that was found, where one is in the contents, back
// to the results as they were, copying. All of it is there without this file, in fewer steps.

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
  const sections = [...document.querySelectorAll(".part")];
  if (!links.size || !("IntersectionObserver" in window)) return;
  let current;
  // A section counts while it crosses a line in the upper part of the window, so that one that is
  // taller than the window does too.
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) mark(entry.target.id);
    },
    { rootMargin: "-25% 0px -74% 0px" },
  );
  const mark = (id) => {
    const link = links.get(id);
    if (!link || link === current) return;
    current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    current = link;
    const list = link.closest("nav");
    const box = link.getBoundingClientRect(), frame = list.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) {
      list.scrollTop += box.top - frame.top - frame.height / 3;
    }
  };
  for (const section of sections) observer.observe(section);
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
