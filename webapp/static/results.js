// The page of results without loading it anew: filters apply at once, the other sections of an
// article open in their place, back and forward restore what was there. Each step is an address
// that works without this file.

const LATE = 150; // milliseconds after which a reader is shown that something is loading

const main = document.getElementById("page_main");
let request;

function remember() {
  try {
    sessionStorage.setItem("drugsearch.results", location.pathname + location.search);
  } catch {
    // Without it the article's page leads back to the first page of the results.
  }
}

async function pageAt(address) {
  request?.abort();
  request = new AbortController();
  const late = setTimeout(() => main.setAttribute("aria-busy", "true"), LATE);
  try {
    const answer = await fetch(address, { signal: request.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } finally {
    clearTimeout(late);
    main.removeAttribute("aria-busy");
  }
}

function replaceMain(page) {
  const fresh = page.getElementById("page_main");
  const foldsOpen = [...main.querySelectorAll(".rail-fold[open]")].length > 0;
  main.replaceChildren(...fresh.childNodes);
  if (foldsOpen) for (const fold of main.querySelectorAll(".rail-fold")) fold.open = true;
  document.title = page.title;
}

// Focus goes back to the control that was used: it stands in the new page again.
function focusAgain(control) {
  if (!control) return;
  const { name, value } = control;
  for (const other of main.querySelectorAll("form.facets input[type=checkbox]")) {
    if (other.name === name && other.value === value) {
      other.closest("details:not(.rail-fold)")?.setAttribute("open", "");
      other.focus({ preventScroll: true });
      return;
    }
  }
}

function announce() {
  const summary = main.querySelector(".summary");
  if (!summary) return;
  // A region that was there before its text changes is read; one that arrives with it may not be.
  let status = document.getElementById("results_status");
  if (!status) {
    status = document.createElement("p");
    status.id = "results_status";
    status.className = "unseen";
    status.setAttribute("role", "status");
    document.body.append(status);
  }
  status.textContent = summary.firstElementChild?.textContent.trim() ?? "";
}

async function filter(form, control) {
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  let page;
  try {
    page = await pageAt(address);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
    return;
  }
  history.replaceState({ y: scrollY }, "");
  history.pushState({ y: scrollY }, "", address);
  replaceMain(page);
  remember();
  focusAgain(control);
  announce();
}

async function open(link) {
  const hit = link.closest(".hit");
  const id = hit.dataset.article;
  const shown = hit.querySelectorAll(".hit-section").length;
  let page;
  try {
    page = await pageAt(link.href);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(link.href);
    return;
  }
  const fresh = [...page.querySelectorAll(".hit")].find((other) => other.dataset.article === id);
  if (!fresh) {
    location.assign(link.href);
    return;
  }
  hit.replaceWith(fresh);
  const address = new URL(link.href);
  history.replaceState({ y: scrollY }, "", address.pathname + address.search);
  // The other articles' links lead to pages on which this one is open too.
  for (const other of page.querySelectorAll("a[data-more]")) {
    const place = other.closest(".hit").dataset.article;
    const here = [...main.querySelectorAll(".hit")].find((one) => one.dataset.article === place);
    here?.querySelector("a[data-more]")?.setAttribute("href", other.getAttribute("href"));
  }
  remember();
  fresh.querySelectorAll(".hit-section")[shown]?.querySelector("h3 a")?.focus();
}

if (main && document.querySelector(".results-page")) {
  remember();
  history.scrollRestoration = "manual";
  const restore = () => scrollTo({ top: history.state?.y ?? 0, behavior: "instant" });
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") restore();
  addEventListener("pagehide", () => history.replaceState({ y: scrollY }, ""));
  addEventListener("pageshow", (event) => {
    if (event.persisted) restore();
  });

  main.addEventListener("change", (event) => {
    const form = event.target.closest("form.facets");
    if (form) filter(form, event.target);
  });
  main.addEventListener("submit", (event) => {
    if (!event.target.matches("form.facets")) return;
    event.preventDefault();
    filter(event.target, null);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-more]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  addEventListener("popstate", async (event) => {
    if (location.hash && !event.state) return;
    try {
      replaceMain(await pageAt(location.href));
    } catch (error) {
      if (error.name !== "AbortError") location.reload();
      return;
    }
    remember();
    restore();
    announce();
  });
}
