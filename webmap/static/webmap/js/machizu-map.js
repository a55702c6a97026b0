// <machizu-map layers="evacuation_sites" lang="ja" bbox="139.9,36.8,140.1,36.9" cooperative></machizu-map>
// The city's map in a page of another site. What stands inside the element is shown where scripts do not run.

const OPTIONS = ["layers", "bbox", "place", "lang"];
const SWITCHES = ["list", "cooperative"];
const HEIGHT = "480px";

class MachizuMap extends HTMLElement {
  static observedAttributes = [...OPTIONS, ...SWITCHES, "controls", "height", "title"];

  connectedCallback() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.frame = document.createElement("iframe");
    this.frame.loading = "lazy";
    this.frame.allow = "geolocation 'none'";
    Object.assign(this.frame.style, { display: "block", width: "100%", border: "0" });
    this.style.display ||= "block";
    shadow.replaceChildren(this.frame);
    this.#show();
  }

  attributeChangedCallback() {
    if (this.frame) this.#show();
  }

  #show() {
    const address = new URL("./", import.meta.url);
    for (const name of OPTIONS) if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name));
    for (const name of SWITCHES) if (this.hasAttribute(name)) address.searchParams.set(name, "1");
    if (this.getAttribute("controls") === "none") address.searchParams.set("controls", "0");
    this.frame.title = this.title || "地図";
    this.frame.style.height = this.getAttribute("height") || HEIGHT;
    if (this.frame.src !== address.href) this.frame.src = address.href;
  }
}

customElements.define("machizu-map", MachizuMap);
