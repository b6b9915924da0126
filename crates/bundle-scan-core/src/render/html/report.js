(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  root.classList.add("js");

  const filters = one("#filters");
  const findings = all(".finding").map((element) => ({
    element,
    severity: element.dataset.severity,
    components: element.dataset.components.split("\n"),
    entities: element.dataset.entities.split("\n"),
    inner: all(".finding", element),
    row: one(`[data-finding="${CSS.escape(element.id)}"]`),
    text: null,
  }));

  // What a finding says itself: its symptoms are findings of their own.
  const textOf = (finding) => {
    if (finding.text === null) {
      const body = [...finding.element.querySelector(".body").children];
      const own = body.filter((part) => !part.matches(".chain"));
      const parts = [finding.element.querySelector("summary"), ...own];
      finding.text = parts.map((part) => part.textContent).join("\n").toLowerCase();
    }
    return finding.text;
  };

  const filter = () => {
    const severities = new Set(all("[name=severity]:checked", filters).map((box) => box.value));
    const component = filters.elements.component.value;
    const entity = filters.elements.entity.value;
    const words = filters.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = new Set();
    for (const finding of findings) {
      const matches =
        severities.has(finding.severity) &&
        (!component || finding.components.includes(component)) &&
        (!entity || finding.entities.includes(entity)) &&
        words.every((word) => textOf(finding).includes(word));
      if (matches) matching.add(finding.element);
      if (finding.row) finding.row.hidden = !matches;
    }
    for (const { element, inner } of findings) {
      element.hidden = !matching.has(element) && !inner.some((symptom) => matching.has(symptom));
    }
    one(".shown").textContent = matching.size;
  };

  const setLanguage = (language) => {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
    for (const element of all("[data-en]")) {
      const text = element.dataset[language];
      if (element.matches("th")) {
        element.title = text;
      } else if (element.matches("optgroup")) {
        element.label = text;
      } else if (element.matches("input, select")) {
        element.placeholder = text;
        element.setAttribute("aria-label", text);
      } else {
        element.textContent = text;
      }
    }
  };

  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  // A finding is seen only if all that it is folded into is open.
  const reveal = (element) => {
    for (let part = element; part; part = part.parentElement) {
      if (part.matches("details")) part.open = true;
    }
    const own = element.querySelector("details");
    if (own) own.open = true;
  };

  const go = (step) => {
    const shown = findings.map(({ element }) => element).filter((element) => !element.closest("[hidden]"));
    if (shown.length === 0) return;
    const here = shown.indexOf(document.activeElement?.closest(".finding"));
    const next = shown[Math.min(Math.max(here + step, 0), shown.length - 1)];
    reveal(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };

  const actions = {
    language: () => setLanguage(root.dataset.lang === "zh" ? "en" : "zh"),
    theme: () => { root.dataset.theme = isDark() ? "light" : "dark"; },
    help: () => one("#help").showModal(),
    unfold: () => {
      const parts = all(".finding > details");
      const open = parts.some((part) => !part.open);
      for (const part of parts) part.open = open;
    },
    search: () => filters?.elements.text.focus(),
    next: () => go(1),
    previous: () => go(-1),
  };
  const keys = { "/": "search", j: "next", k: "previous", e: "unfold", l: "language", t: "theme", "?": "help" };

  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-do]")?.dataset.do;
    if (action) actions[action]();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches?.("input[type=search], select");
    if (isTyping && event.key === "Escape") event.target.blur();
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    actions[keys[event.key]]();
  });

  filters?.addEventListener("input", filter);
  filters?.addEventListener("submit", (event) => event.preventDefault());

  const follow = () => {
    const target = location.hash && document.querySelector(`#${CSS.escape(location.hash.slice(1))}`);
    if (target) {
      reveal(target);
      target.scrollIntoView({ block: "start" });
    }
  };
  addEventListener("hashchange", follow);
  follow();

  // What is folded is not printed.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  if (navigator.clipboard) {
    for (const command of all(".command")) {
      const button = document.createElement("button");
      button.type = "button";
      const label = () => { button.textContent = root.dataset.lang === "zh" ? "复制" : "Copy"; };
      label();
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(command.querySelector("code").textContent);
        button.textContent = "✓";
        setTimeout(label, 1500);
      });
      command.append(button);
    }
  }
  setLanguage(root.dataset.lang);
})();
