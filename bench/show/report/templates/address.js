"use strict";
// The view of each section in the page's address: `#explore=…&steps=…`. A plain `#memory` leads to a section and holds no view.
const address = (() => {
  const entries = () => {
    const hash = location.hash.slice(1);
    return new Map(hash.includes("=") ? hash.split("&").map((part) => [part.split("=", 1)[0], part.slice(part.indexOf("=") + 1)]) : []);
  };
  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  };
  return {
    read: (key) => (entries().has(key) ? decoded(entries().get(key)) : null),
    write: (key, text) => {
      const kept = entries();
      kept.set(key, encodeURIComponent(text).replace(/%(3A|3B|2C)/g, decodeURIComponent));
      history.replaceState(null, "", `#${[...kept].map(([name, value]) => `${name}=${value}`).join("&")}`);
    },
  };
})();
