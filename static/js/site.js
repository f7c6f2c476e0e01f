/* Better with it, whole without it: every form and link of the pages works alone.

   On the list and on an organization's page, filters, orders, pages and chips change the
   results in place; in the fields of the search, what is known is suggested. Whatever
   fails is left to the browser, which then loads the page. */
"use strict";
(() => {
  const form = document.getElementById("search");
  const main = document.getElementById("main");
  const path = new URL(form.action).pathname;
  const wide = matchMedia("(width >= 64rem)");
  const found = (selector) => main.querySelector(selector);

  // --- Suggestions

  const known = new Map();
  let typing;

  async function suggest(field, name) {
    const typed = field.value.trim().toLowerCase();
    if (!typed) return;
    const to = new URL(form.dataset.suggest, location);
    to.searchParams.set(name, typed);
    const url = to.href;
    if (!known.has(url)) {
      const answer = await fetch(url);
      if (!answer.ok) return;
      known.set(url, await answer.json());
    }
    if (field.value.trim().toLowerCase() === typed) {
      field.list.replaceChildren(...known.get(url).map((text) => new Option(text, text)));
    }
  }

  form.addEventListener("input", ({ target }) => {
    if (!target.list) return;
    clearTimeout(typing);
    const name = target.name === "q" ? "what" : "where";
    typing = setTimeout(() => suggest(target, name).catch(() => {}), 120);
  });

  if (!found("#results")) return;

  // --- The list in place

  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);
  document.documentElement.classList.add("live");

  let loading = new AbortController();
  let shown = location.pathname + location.search;
  const heights = new Map();

  /** The address the form stands for, without what is empty. */
  function address() {
    const kept = [...new FormData(form)].filter(([, value]) => value.trim());
    const query = new URLSearchParams(kept);
    if (!query.has("where")) query.delete("within");
    const text = query.toString().replaceAll("%2F", "/");
    return path + (text && `?${text}`);
  }

  /** Where the focus is, as a selector that finds the same in other results. */
  function place(focused) {
    const at = (name) => `[${name}="${CSS.escape(focused.getAttribute(name))}"]`;
    if (!focused || !main.contains(focused)) return "";
    if (focused.matches(".option input")) return `input${at("name")}${at("value")}`;
    if (focused.closest(".sorts")) return ".sorts [aria-current]";
    if (focused.matches("summary[id]")) return `#${focused.id}`;
    return "";
  }

  function swap(page) {
    const focused = document.activeElement;
    const same = place(focused);
    const filters = found("#filters");
    const open = new Map(
      [...filters.querySelectorAll("details")].map((each) => [each.id, each.open]),
    );
    const depth = filters.scrollTop;
    document.title = page.title;
    for (const part of [".list-head", "#filters", "#results"]) {
      found(part).replaceChildren(...page.querySelector(`#main ${part}`).childNodes);
    }
    for (const each of filters.querySelectorAll("details")) {
      if (open.has(each.id)) each.open = open.get(each.id);
    }
    filters.scrollTop = depth;
    for (const name of ["q", "where", "within"]) {
      const field = form.elements[name];
      const given = page.getElementById("search").elements[name];
      const { value } = given;
      if (name === "within") field.replaceChildren(...given.children);
      field.value = value;
      if (name !== "within") field.defaultValue = value;
    }
    document.forms.keep.next.value = shown;
    if (!document.contains(focused) || focused === document.body) {
      const again = (same && found(same)) || found("#results");
      if (same || focused !== document.body) again.focus({ preventScroll: true });
    }
    said.textContent = found(".sentence").textContent.replace(/\s+/g, " ").trim();
  }

  /** Fetches the page at an address. Rejects where there is none, or another is wanted. */
  async function show(url) {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    found("#results").setAttribute("aria-busy", "true");
    const answer = await fetch(url, { signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    signal.throwIfAborted();
    if (!answer.ok || !page.getElementById("results")) throw new Error(answer.status);
    const { pathname, search } = new URL(answer.url);
    return { page, url: pathname + search };
  }

  async function go(url, { top = false } = {}) {
    try {
      const next = await show(url);
      if (next.url !== shown) history.pushState(null, "", next.url);
      shown = next.url;
      if (found("#filters").matches(":popover-open")) found("#filters").hidePopover();
      swap(next.page);
      if (top) found("#results").scrollIntoView();
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    } finally {
      found("#results").removeAttribute("aria-busy");
    }
  }

  addEventListener("popstate", async () => {
    const url = location.pathname + location.search;
    if (url === shown) return; // a fragment
    const height = heights.get(url);
    shown = url;
    try {
      swap((await show(url)).page);
      if (height !== undefined) scrollTo(0, height);
    } catch (error) {
      if (error.name !== "AbortError") location.reload();
    }
  });

  addEventListener("scroll", () => heights.set(shown, scrollY), { passive: true });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(address());
  });

  document.addEventListener("change", ({ target }) => {
    if (target.form === form && wide.matches && target.matches(".option input, select")) {
      if (target.matches("select") && !form.elements.where.value) return;
      go(address());
    }
  });

  main.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.target || link.hash) return;
    if (link.origin !== location.origin || link.pathname !== path) return;
    event.preventDefault();
    go(link.pathname + link.search, { top: Boolean(link.closest(".pagination")) });
  });

  // What a browser restores of a form may be of other results than the address says.
  addEventListener("pageshow", ({ persisted }) => {
    const [{ type }] = performance.getEntriesByType("navigation");
    if (persisted || type !== "navigate") form.reset();
  });
})();
