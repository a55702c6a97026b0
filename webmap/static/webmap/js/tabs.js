// Two tabs of the side panel (WAI-ARIA tabs pattern). Without script both sections stand under each other.

export function startTabs(first) {
  const bar = document.querySelector(".tabs");
  const tabs = [...bar.querySelectorAll("[role=tab]")];
  for (const tab of tabs) {
    const section = sectionOf(tab);
    section.setAttribute("role", "tabpanel");
    section.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => select(tabs, tab));
  }
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    select(tabs, next);
    next.focus();
  });
  bar.hidden = false;
  select(tabs, tabs.find((tab) => tab.id === first));
}

function select(tabs, chosen) {
  sectionOf(chosen).parentElement.scrollTop = 0;
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    sectionOf(tab).hidden = !on;
  }
}

const sectionOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
