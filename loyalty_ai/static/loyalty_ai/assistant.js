"use strict";
// The assistant's widget and page. The server renders every message; this sends, asks for what is new, and puts it in its place.
// Without this script the launcher is a link and every form a form.
(() => {
  const root = document.querySelector("[data-loyalty-assistant]");
  if (!root) return;
  const find = (name) => root.querySelector(`[data-loyalty-${name}]`);
  const [launcher, panel, dot, intro, thread, scroll, composer, person, menu, status] = [
    "launcher", "panel", "dot", "intro", "thread", "scroll", "composer", "person", "menu", "status",
  ].map(find);
  const field = composer.querySelector("textarea");
  const isPage = "page" in root.dataset;
  const wide = window.matchMedia("(min-width: 32.01rem)");
  const OPEN = "loyalty-assistant-open", PERSON = "loyalty-assistant-person", SEEN = "loyalty-assistant-seen";
  const TOKEN = /<input[^>]*csrfmiddlewaretoken[^>]*>/g; // another in every answer
  const CLOSED_WAIT = 15000, RETRY_WAIT = 4000;

  let csrf = composer.elements.namedItem("csrfmiddlewaretoken")?.value;
  let conversation = null;
  let timer = 0;
  let source = null;
  let known = false;
  const shown = new Map(); // message id -> its HTML and whether it is finished

  const remember = (key, value) => {
    try {
      if (value) sessionStorage.setItem(key, value);
      else sessionStorage.removeItem(key);
    } catch { /* no storage: the panel is closed on the next page */ }
  };
  const recall = (key) => {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const isOpen = () => isPage || !panel.hidden;
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // --- asking the server ---

  async function ask(address, options = {}) {
    const response = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
    const type = response.headers.get("Content-Type") || "";
    const answer = type.startsWith("application/json") ? await response.json() : null;
    if (answer?.csrf) csrf = answer.csrf;
    if (!response.ok || !answer) throw Object.assign(new Error(answer?.error || root.dataset.failed), { status: response.status });
    return answer;
  }

  async function post(address, data) {
    if (!csrf) await refresh();
    const send = () => {
      data.set("csrfmiddlewaretoken", csrf);
      return ask(address, { method: "POST", body: data });
    };
    try {
      return await send();
    } catch (error) {
      if (error.status !== 403) throw error;
      await refresh(); // signed in or out elsewhere: the token is another now
      return send();
    }
  }

  /** The last message before the first that may still change. */
  function settled() {
    let last = 0;
    for (const [id, message] of shown) {
      if (!message.done) break;
      last = id;
    }
    return last;
  }

  async function refresh() {
    const answer = await ask(`${root.dataset.messages}?after=${settled()}`);
    show(answer);
    return answer;
  }

  function follow(wait) {
    window.clearTimeout(timer);
    if (wait === null || wait === undefined) return;
    timer = window.setTimeout(async () => {
      try {
        await refresh();
      } catch {
        follow(RETRY_WAIT);
      }
    }, isOpen() ? wait : Math.max(wait, CLOSED_WAIT));
  }

  /** Answers as they are written, where the server can hold a connection; asking again and again where not. */
  function stream() {
    if (!root.dataset.stream || !window.EventSource || source) return false;
    source = new EventSource(`${root.dataset.stream}?after=${settled()}`);
    const stop = () => {
      source.close();
      source = null;
    };
    source.addEventListener("thread", (event) => {
      window.clearTimeout(timer);
      show(JSON.parse(event.data), { streamed: true });
    });
    source.addEventListener("end", () => {
      stop();
      follow(0);
    });
    source.onerror = () => {
      stop();
      delete root.dataset.stream;
      follow(0);
    };
    return true;
  }

  // --- showing ---

  function show(answer, { streamed = false } = {}) {
    if (conversation !== null && answer.conversation !== conversation) clear();
    conversation = answer.conversation;
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
    let news = null, changed = false;
    for (const message of answer.messages) {
      const before = shown.get(message.id);
      const html = message.html.replace(TOKEN, "");
      if (before?.html === html) continue;
      place(message, before);
      shown.set(message.id, { html, done: message.done });
      changed = true;
      if (message.role !== "shopper" && message.done && known && !before?.done) news = message;
    }
    known = true;
    welcome();
    if (person) person.hidden = !["open", "none"].includes(answer.state);
    const waiting = answer.messages.some((message) => !message.done);
    if (news) announce(news.text);
    else if (waiting && changed) announce(root.dataset.writing);
    remember(PERSON, ["waiting", "with_person"].includes(answer.state) ? "1" : "");
    if (isOpen()) remember(SEEN, String(lastId()));
    else if (dot && lastId() > Number(recall(SEEN) || 0)) dot.hidden = false;
    if (changed && (atEnd || !news)) toEnd();
    if (streamed) return;
    if (waiting && stream()) return;
    follow(answer.wait);
  }

  const lastId = () => Math.max(0, ...shown.keys());

  function place(message, before) {
    const template = document.createElement("template");
    template.innerHTML = message.html;
    const element = template.content.firstElementChild;
    const old = thread.querySelector(`[data-message="${message.id}"]`)
      || (element.dataset.key && thread.querySelector(`[data-pending="${element.dataset.key}"]`));
    if (!old) {
      thread.append(element);
      return;
    }
    if (before || old.dataset.pending) element.style.animation = "none";
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(element);
    if (focused) refocus(element, focused);
  }

  /** The same control of the renewed message, so that a keyboard does not lose its place. */
  function refocus(element, focused) {
    const same = focused.name && element.querySelector(`[name="${focused.name}"]`);
    if (same) same.focus();
    else {
      element.tabIndex = -1;
      element.focus({ preventScroll: true });
    }
  }

  function welcome() {
    if (intro) intro.classList.toggle("loyalty-intro--small", thread.childElementCount > 0);
  }

  function clear() {
    thread.replaceChildren();
    shown.clear();
    welcome();
  }

  function announce(text) {
    status.textContent = "";
    window.setTimeout(() => { status.textContent = text; }, 50);
  }

  function toEnd() {
    if (isPage) {
      thread.lastElementChild?.scrollIntoView({ block: "nearest" });
      return;
    }
    // An answer longer than the panel is read from its question on.
    const question = [...thread.querySelectorAll(".loyalty-message--shopper")].at(-1);
    const top = question ? question.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 12 : Infinity;
    scroll.scrollTop = Math.min(scroll.scrollHeight, top);
  }

  // --- saying ---

  function pending(text, key) {
    const item = document.createElement("li");
    item.className = "loyalty-message loyalty-message--shopper";
    item.dataset.pending = key;
    const bubble = document.createElement("p");
    bubble.className = "loyalty-message__bubble";
    bubble.dir = "auto";
    bubble.textContent = text;
    item.append(bubble);
    thread.append(item);
    welcome();
    toEnd();
    return item;
  }

  async function say(text, key = newKey(), item = pending(text, key)) {
    const data = new FormData(composer);
    data.set("text", text);
    data.set("client_key", key);
    data.set("after", settled());
    try {
      show(await post(composer.action, data));
    } catch (error) {
      failed(item, error, () => say(text, key, item));
    }
  }

  function failed(item, error, again) {
    item.classList.add("loyalty-message--failed");
    item.querySelector(".loyalty-message__failed")?.remove();
    const line = document.createElement("p");
    line.className = "loyalty-message__failed";
    line.setAttribute("role", "alert");
    const reason = error instanceof TypeError ? root.dataset.failed : error.message;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = root.dataset.again;
    button.addEventListener("click", () => {
      line.remove();
      item.classList.remove("loyalty-message--failed");
      field.focus();
      again();
    });
    line.append(reason, button);
    item.append(line);
    toEnd();
  }

  const grow = () => {
    composer.classList.toggle("loyalty-composer--empty", !field.value.trim());
    if (CSS.supports("field-sizing", "content")) return;
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  };

  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = (event.submitter?.name === "text" ? event.submitter.value : field.value).trim();
    if (!text) return;
    if (event.submitter?.name !== "text") field.value = "";
    grow();
    field.focus();
    say(text);
  });
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  // --- other forms: our own answer with the thread, the shop's own change its pages ---

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form === composer || event.defaultPrevented) return;
    const ours = "loyaltyAction" in form.dataset;
    if (!ours && (isPage || form.method !== "post")) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    if (menu) menu.open = false;
    try {
      if (ours) {
        data.set("after", 0);
        const answer = await post(form.action, data);
        show(answer);
        if (form.closest("[data-loyalty-menu]")) field.focus();
        if (data.has("token")) refreshPage();
      } else {
        const response = await fetch(form.action, { method: "POST", body: data });
        if (!response.ok) throw new Error(root.dataset.failed);
        buttons.forEach((button) => button.classList.add("loyalty-done"));
        refreshPage();
      }
    } catch (error) {
      if (ours) complain(form, error);
      else form.submit();
    } finally {
      buttons.forEach((button) => button.removeAttribute("aria-disabled"));
    }
  });

  function complain(form, error) {
    form.parentElement.querySelector(".loyalty-message__failed")?.remove();
    const line = document.createElement("p");
    line.className = "loyalty-message__failed";
    line.setAttribute("role", "alert");
    line.textContent = error instanceof TypeError ? root.dataset.failed : error.message;
    form.after(line);
  }

  /** What the page says of the cart is renewed: each marked element is taken anew from the address that it names. */
  async function refreshPage() {
    const marked = [...document.querySelectorAll("[data-loyalty-refresh][id]")];
    const pages = new Map();
    for (const element of marked) {
      const address = element.dataset.loyaltyRefresh;
      if (!pages.has(address)) pages.set(address, fetch(address).then((response) => response.text()));
      const fresh = new DOMParser().parseFromString(await pages.get(address), "text/html").getElementById(element.id);
      if (fresh) element.replaceWith(document.importNode(fresh, true));
    }
    document.dispatchEvent(new CustomEvent("loyalty:cart-changed"));
  }

  // --- opening and closing ---

  async function open({ focus = true } = {}) {
    panel.hidden = false;
    document.documentElement.classList.add("loyalty-assistant-open");
    launcher.setAttribute("aria-expanded", "true");
    dot.hidden = true;
    remember(OPEN, "1");
    if (focus) field.focus();
    thread.classList.toggle("loyalty-thread--settled", !known);
    try {
      await refresh();
    } catch {
      follow(RETRY_WAIT);
    }
    toEnd();
    window.setTimeout(() => thread.classList.remove("loyalty-thread--settled"), 400);
  }

  function close() {
    panel.hidden = true;
    document.documentElement.classList.remove("loyalty-assistant-open");
    launcher.setAttribute("aria-expanded", "false");
    remember(OPEN, "");
    launcher.focus();
  }

  grow();
  if (isPage) {
    for (const item of thread.children) shown.set(Number(item.dataset.message), { html: null, done: !("unfinished" in item.dataset) });
    known = true;
    toEnd();
    if (thread.childElementCount) refresh().catch(() => follow(RETRY_WAIT));
    return;
  }

  launcher.setAttribute("role", "button");
  launcher.setAttribute("aria-controls", panel.id);
  launcher.setAttribute("aria-expanded", "false");
  launcher.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  launcher.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    open();
  });
  find("close").addEventListener("click", close);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (!panel.hidden) close();
    } else if (event.key === "Tab" && !wide.matches && !panel.hidden) keepInside(event);
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });

  /** On a phone the panel is all there is: Tab goes round inside it. */
  function keepInside(event) {
    const stops = [...panel.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, summary, [tabindex='0']")]
      .filter((stop) => stop.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }

  if (recall(OPEN) && wide.matches) open({ focus: false });
  else if (recall(PERSON)) follow(CLOSED_WAIT);
})();
