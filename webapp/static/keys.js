// Keys: / and Ctrl K go to the search box, j and k from result to result, ? shows them all. Those
// of one letter can be switched off (WCAG 2.1.4), and none is needed.

const SHORTCUTS = "drugsearch.shortcuts";

const areOn = () => {
  try {
    return localStorage.getItem(SHORTCUTS) !== "off";
  } catch {
    return true;
  }
};

const isTyping = (target) =>
  target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName);

function focusSearch() {
  const box = document.querySelector("main form[role=search] input, form[role=search] input");
  box?.focus();
  box?.select();
}

function moveBetweenResults(step) {
  const links = [...document.querySelectorAll(".best h2 a, .hit h2 a, .hit-section h3 a")];
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[Math.max(0, Math.min(next, links.length - 1))].focus();
  return true;
}

function sheet() {
  const template = document.getElementById("keys_template");
  if (!template || !("showModal" in HTMLDialogElement.prototype)) return null;
  const dialog = template.content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  const box = dialog.querySelector("input[type=checkbox]");
  box.checked = areOn();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(SHORTCUTS);
      else localStorage.setItem(SHORTCUTS, "off");
    } catch {
      // Storage is switched off, so the choice holds for this page alone: it cannot be kept.
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // outside of what is in it
  });
  return dialog;
}

const dialog = sheet();

function showKeys() {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    focusSearch();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (dialog?.open || !areOn()) return;
  let isDone = true;
  if (event.key === "/") focusSearch();
  else if (event.key === "?") showKeys();
  else if (event.key === "j") isDone = moveBetweenResults(1);
  else if (event.key === "k") isDone = moveBetweenResults(-1);
  else isDone = false;
  if (isDone) event.preventDefault();
});

if (dialog) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "keys-button";
  button.textContent = "Keys";
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", showKeys);
  document.getElementById("page_tools")?.append(button);
}
