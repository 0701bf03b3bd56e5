// The room's page: what HTML and htmx do not do by themselves.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const session = window.sessionStorage;

  // Orders to the room go through one hidden form, so that htmx sends and queues them.
  function order(values) {
    const form = $("#act");
    for (const input of form.elements) input.value = values[input.name] ?? "";
    form.requestSubmit();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) order({ ...button.dataset });
    if (event.target.closest("[data-unreply]")) quote(event.target.closest("form"), "", "");
    if (event.target.closest("[data-banner]")) {
      localStorage.setItem("room-banner", "seen");
      $("#banner").hidden = true;
    }
  });
  $("#banner").hidden = localStorage.getItem("room-banner") === "seen";

  // The room's clock runs on between pushes.
  let base = null;
  function tick() {
    const clock = $("#clock");
    if (!clock) return;
    if (base?.now !== clock.dataset.now) base = { now: clock.dataset.now, at: performance.now() };
    const speed = Number(clock.dataset.speed) || 0;
    const now = new Date(Date.parse(base.now) + (performance.now() - base.at) * speed);
    const show = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.zone, ...options }).format(now);
    $("span", clock).textContent = show({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  }
  setInterval(tick, 500);

  // Messages: stay at the end unless the reader has scrolled up.
  const scrolls = () => ["#log", "#side-scroll"].map((id) => $(id)).filter(Boolean);
  const atEnd = (pane) => pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
  const sticking = new Map();
  const toEnd = (pane) => { pane.scrollTop = pane.scrollHeight; };
  scrolls().forEach(toEnd);

  document.addEventListener("htmx:ws:before:message:incoming", () => scrolls().forEach((pane) => sticking.set(pane.id, atEnd(pane))));
  document.addEventListener("htmx:ws:after:message:incoming", () => {
    $("#offline").hidden = true;
    scrolls().forEach((pane) => sticking.get(pane.id) !== false && toEnd(pane));
    openForm();
    tick();
  });
  document.addEventListener("htmx:ws:close", () => { $("#offline").hidden = false; });

  // The bot's form is a modal dialog; Escape closes it in the room too.
  function openForm() {
    const dialog = $("#bot-form");
    if (!dialog || dialog.open) return;
    dialog.addEventListener("cancel", () => order({ do: "close-form" }));
    dialog.showModal();
    ($("[aria-invalid]", dialog) ?? $("input:not([type=hidden]), textarea, select", dialog))?.focus();
  }
  openForm();

  // Composers: Enter sends, drafts survive moving about, the box grows with the text.
  const boxes = all(".composer textarea");
  const key = (box) => `draft:${box.dataset.draft}`;
  function grow(box) {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  }
  function quote(form, id, name) {
    form.elements.replies_to.value = id;
    $(".replying", form).hidden = !id;
    $(".replying span", form).textContent = name ? `Replying to ${name}` : "";
  }
  for (const box of boxes) {
    box.value = session.getItem(key(box)) ?? "";
    grow(box);
    box.addEventListener("input", () => { session.setItem(key(box), box.value); grow(box); suggest(box); });
    box.addEventListener("keydown", (event) => keydown(event, box));
    box.addEventListener("blur", () => setTimeout(() => hide(box), 150));
    box.form.addEventListener("submit", (event) => {
      if (!box.value.trim()) { event.preventDefault(); event.stopImmediatePropagation(); }
    }, true);
  }
  document.addEventListener("htmx:ws:after:message:outgoing", (event) => {
    const box = $(".composer textarea", event.target.closest(".composer")?.parentElement ?? document.createElement("i"));
    if (!box || !event.target.matches(".composer")) return;
    box.value = "";
    session.removeItem(key(box));
    quote(box.form, "", "");
    grow(box);
    hide(box);
    toEnd(box.form.id === "main-composer" ? $("#log") : $("#side-scroll"));
  });

  // Suggestions for commands at the start and for names anywhere.
  const list = (box) => $(`#${box.getAttribute("aria-controls")}`);
  const word = (box) => box.value.slice(0, box.selectionStart).match(/(^\/[^\n]*|@[^\s@]*)$/)?.[0].toLowerCase() ?? "";
  function suggest(box) {
    const typed = word(box);
    const found = typed ? all("#verbs li").filter((one) => one.dataset.find.startsWith(typed) || `${one.dataset.fill}`.toLowerCase() === `${typed} `) : [];
    list(box).replaceChildren(...found.slice(0, 8).map((one, index) => {
      const option = one.cloneNode(true);
      option.id = `${list(box).id}-${index}`;
      option.setAttribute("role", "option");
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(box, option); });
      return option;
    }));
    list(box).hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    mark(box, found.length && typed.startsWith("@") ? 0 : -1);
  }
  function hide(box) {
    list(box).hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
  function mark(box, index) {
    const options = all("li", list(box));
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === index)));
    if (index < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", options[index].id);
    options[index].scrollIntoView({ block: "nearest" });
  }
  function choose(box, option) {
    const typed = word(box), start = box.selectionStart - typed.length;
    box.setRangeText(option.dataset.fill, start, box.selectionStart, "end");
    session.setItem(key(box), box.value);
    grow(box);
    hide(box);
  }
  function keydown(event, box) {
    const options = list(box).hidden ? [] : all("li", list(box));
    const index = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (options.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      mark(box, (index + (event.key === "ArrowDown" ? 1 : -1 + (index < 0 ? 1 : 0)) + options.length) % options.length);
    } else if (options.length && event.key === "Escape") {
      event.preventDefault();
      hide(box);
    } else if (options.length && ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && index >= 0))) {
      event.preventDefault();
      choose(box, options[Math.max(index, 0)]);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.form.requestSubmit();
    }
  }

  // One menu for all messages.
  const menu = $("#menu");
  let about = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-menu]");
    if (!button) return;
    about = { ...button.dataset, button };
    const own = button.hasAttribute("data-own");
    all("[data-only=own]", menu).forEach((item) => { item.hidden = !own; });
    $("[data-item=thread]", menu).hidden = !about.thread;
    $("[data-item=thread]", menu).href = about.thread ?? "#";
    $("[data-item=reply]", menu).hidden = !about.reply;
    menu.showPopover();
    const at = button.getBoundingClientRect();
    menu.style.left = `${Math.max(8, at.right - menu.offsetWidth)}px`;
    menu.style.top = `${at.bottom + menu.offsetHeight + 8 > innerHeight ? Math.max(8, at.top - menu.offsetHeight - 4) : at.bottom + 4}px`;
    $("[role=menuitem]", menu).focus();
  });
  const items = () => all("[role=menuitem]", menu).filter((item) => !item.hidden);
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items().at((items().indexOf(document.activeElement) + step) % items().length).focus();
  });
  menu.addEventListener("toggle", (event) => { if (event.newState === "closed" && menu.contains(document.activeElement)) about?.button.focus(); });
  menu.addEventListener("click", (event) => {
    const item = event.target.closest("[role=menuitem]");
    if (!item) return;
    const { menu: id, text, reply, button } = about;
    menu.hidePopover();
    button.focus();
    if (item.dataset.emoji) order({ do: "react", id, emoji: item.dataset.emoji });
    else if (item.dataset.item === "shortcut") order({ do: "shortcut", id, action: item.dataset.action });
    else if (item.dataset.item === "remove") order({ do: "remove", id });
    else if (item.dataset.item === "edit") edit(id, text);
    else if (item.dataset.item === "reply") {
      quote($("#side-composer"), id, reply);
      $("#side-text").focus();
    }
  });

  function edit(id, text) {
    const dialog = $("#edit"), box = $("#edit-text");
    box.value = text;
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "save" && box.value.trim()) order({ do: "edit", id, text: box.value });
    }, { once: true });
  }

  if ($("#app").classList.contains("has-thread")) $("#side-text").focus();
  else if (matchMedia("(min-width: 900px)").matches) $("#main-text").focus();
})();
