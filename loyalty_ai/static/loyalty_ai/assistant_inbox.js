"use strict";
// Keeps a conversation's thread in the admin up to date while somebody reads it or writes a reply.
document.addEventListener("DOMContentLoaded", () => {
  const live = document.getElementById("loyalty-chat-live");
  if (!live) return;
  let shown = null;
  live.scrollTop = live.scrollHeight;
  const ask = async () => {
    try {
      const response = await fetch(live.dataset.address, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const { html } = await response.json();
      if (shown !== null && html !== shown) {
        const atEnd = live.scrollHeight - live.scrollTop - live.clientHeight < 80;
        live.innerHTML = html;
        if (atEnd) live.scrollTop = live.scrollHeight;
      }
      shown = html;
    } catch {
      // The server may be restarting: ask again.
    }
    window.setTimeout(ask, 3000);
  };
  ask();
});
