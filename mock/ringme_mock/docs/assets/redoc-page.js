"use strict";

// Redoc's menu shows a logo from another host, which no option turns off. Nothing here may leave
// this machine, and Redoc takes the image away again when it cannot be loaded.
const image = HTMLImageElement.prototype;
const setSource = Object.getOwnPropertyDescriptor(image, "src").set;
const nearby = (address) => (/^https?:/.test(address) ? "data:," : address);
Object.defineProperty(image, "src", {
  set(address) {
    setSource.call(this, nearby(address));
  },
});
image.setAttribute = function (name, value) {
  Element.prototype.setAttribute.call(this, name, name === "src" ? nearby(value) : value);
};

// Redoc takes its colours once.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const monospace = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
const sans = "system-ui, sans-serif";

const theme = {
  spacing: { sectionVertical: 24 },
  breakpoints: { medium: "50rem", large: "75rem" },
  colors: {
    // The tabs of the answers lie on the right side, which is dark in both.
    primary: { main: colour("accent") },
    success: { main: colour("green") },
    warning: { main: colour("amber") },
    error: { main: colour("red") },
    text: { primary: colour("text"), secondary: colour("quiet") },
    border: { light: colour("line"), dark: colour("line") },
    gray: { 50: colour("raised"), 100: colour("raised") },
    responses: {
      success: { color: colour("green"), backgroundColor: colour("green-back"), tabTextColor: "#7ddc9b" },
      error: { color: colour("red"), backgroundColor: colour("red-back"), tabTextColor: "#ff9a9f" },
      redirect: { color: colour("amber"), backgroundColor: colour("amber-back"), tabTextColor: "#f5c968" },
      info: { color: colour("blue"), backgroundColor: colour("blue-back"), tabTextColor: "#8cc4ff" },
    },
  },
  schema: {
    linesColor: colour("line"),
    typeNameColor: colour("quiet"),
    typeTitleColor: colour("quiet"),
    requireLabelColor: colour("red"),
    nestedBackground: colour("raised"),
    arrow: { color: colour("quiet") },
  },
  typography: {
    fontFamily: sans,
    fontSize: "16px",
    headings: { fontFamily: sans, fontWeight: "600" },
    code: { fontFamily: monospace, fontSize: "13px", color: colour("text"), backgroundColor: colour("raised") },
    links: { color: colour("accent"), visited: colour("accent"), hover: colour("accent") },
  },
  sidebar: {
    backgroundColor: colour("raised"),
    textColor: colour("text"),
    activeTextColor: colour("accent"),
    arrow: { color: colour("quiet") },
  },
  rightPanel: { backgroundColor: "#1d2127", textColor: "#e7eaee" },
  codeBlock: { backgroundColor: "#14171b" },
  fab: { backgroundColor: colour("raised"), color: colour("accent") },
};

Redoc.init(
  JSON.parse(document.getElementById("document").textContent),
  {
    hideDownloadButtons: true,
    nativeScrollbars: true,
    pathInMiddlePanel: true,
    sortRequiredPropsFirst: true,
    theme,
  },
  document.getElementById("reference"),
);
