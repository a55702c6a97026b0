// Sharing a link: the device's own way where there is one, else a copy of the link.

import { t } from "./i18n.js";

export function startShare(root, link) {
  const note = root.querySelector(".share-note");
  for (const button of root.querySelectorAll("[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      note.textContent = "";
      note.textContent = await share(link());
      note.hidden = !note.textContent;
    });
  }
}

// Returns what is to be told; the sheet of the device speaks for itself.
async function share(url) {
  try {
    if (navigator.share) {
      await navigator.share({ title: document.title, url });
      return "";
    }
    await navigator.clipboard.writeText(url);
    return t("share.copied");
  } catch (error) {
    return error.name === "AbortError" ? "" : t("share.failed", { url });
  }
}
