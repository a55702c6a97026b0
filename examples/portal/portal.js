// A page of another site over Machizu's API: its address is the parameter `api`.
const given = new URLSearchParams(location.search);
const api = (given.get("api") ?? `${location.origin}/api`).replace(/\/$/, "");

async function ask(path, query) {
  const answer = await fetch(`${api}${path}?${new URLSearchParams(query)}`);
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.detail);
  return content;
}

function show(list, entries, words) {
  const lines = entries.map((entry) => {
    const line = document.createElement("li");
    // What people wrote is text, never HTML.
    line.textContent = words(entry);
    return line;
  });
  if (!lines.length) {
    const none = document.createElement("li");
    none.className = "note";
    none.textContent = "見つかりませんでした。";
    lines.push(none);
  }
  document.getElementById(list).replaceChildren(...lines);
}

async function attempt(work) {
  const failure = document.getElementById("failure");
  try {
    failure.hidden = true;
    await work();
  } catch (error) {
    failure.textContent = `情報を取得できませんでした：${error.message}`;
    failure.hidden = false;
  }
}

async function search(text) {
  const page = await ask("/search", { q: text, limit: 10 });
  show("found", page.features, ({ properties }) => [properties.name, properties.address].filter(Boolean).join("　"));
}

async function nearest(lon, lat) {
  const page = await ask("/collections/evacuation_sites/nearest", { lon, lat, limit: 5 });
  show("sites", page.features, ({ properties }) => `${properties.name}　約 ${Math.round(properties.distance_m)} m`);
}

async function events() {
  // The city's day, wherever the reader is.
  const today = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Tokyo" }).format(new Date());
  const query = { datetime: `${given.get("from") ?? today}/..`, sortby: "start_date", limit: 10, f: "json" };
  const page = await ask("/collections/events/items", query);
  show("events", page.features, ({ properties }) => `${properties.start_date}　${properties.name}`);
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => search(new FormData(event.target).get("q")));
});
document.getElementById("here").addEventListener("click", () =>
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => attempt(() => nearest(coords.longitude, coords.latitude)),
    () => attempt(() => Promise.reject(new Error("現在地が分かりません。"))),
  ),
);
attempt(events);
