// Registers the service worker, and says when the connection is lost or the page has grown old.

const OLD = 30 * 60_000; // Milliseconds; of rivers and sites much may have changed by then.
const banner = document.getElementById("connection");
const opened = performance.now();
let isSaved = false;

function show() {
  const text = isSaved || !navigator.onLine ? banner.dataset.lost : performance.now() - opened > OLD ? banner.dataset.old : "";
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = !text;
}

async function start() {
  await navigator.serviceWorker.register(banner.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => {
    isSaved = data;
    show();
  };
  active.postMessage("saved?", [port2]);
}

for (const name of ["online", "offline"]) addEventListener(name, show);
setInterval(show, 60_000);
show();
// In a frame of another site nothing is kept.
if (window === window.top && "serviceWorker" in navigator) start().catch((error) => console.warn("offline", error.message));
