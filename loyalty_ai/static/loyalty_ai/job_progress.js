"use strict";
// Keeps the live part of a job's page up to date for as long as the job is; without script the page refreshes itself.
document.addEventListener("DOMContentLoaded", () => {
  const live = document.getElementById("loyalty-job-live");
  if (!live || !live.dataset.address) return;
  const ask = async () => {
    try {
      const response = await fetch(live.dataset.address, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const progress = await response.json();
      live.innerHTML = progress.html;
      if (!progress.live) {
        window.location.reload();
        return;
      }
    } catch {
      // The server may be restarting: ask again.
    }
    window.setTimeout(ask, 1500);
  };
  window.setTimeout(ask, 1500);
});
