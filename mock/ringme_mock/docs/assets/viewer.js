"use strict";

// The API reference: Scalar, with the document in the page. Served by a mock, it sends requests to
// this mock and is already logged in; on a page from a file, requests cannot be sent.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const shown = read("document");
const file = read("server");
const server = file ?? new URL("..", location.href).href.replace(/\/$/, "");
const schemes = Object.entries(shown.components?.securitySchemes ?? {});
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");

/** Prefilled credentials: a token, and applications of each kind. */
async function authentication() {
  if (file !== null || !schemes.length) return undefined;
  const response = await fetch("credentials", { method: "POST" });
  const { token, user, applications } = response.ok ? await response.json() : { user: {}, applications: {} };
  const securitySchemes = {};
  for (const [name, scheme] of schemes) {
    const flows = Object.entries(scheme.flows ?? {}).map(([flow, { scopes }]) => {
      const filled = {
        "x-scalar-client-id": applications[flow]?.client_id,
        clientSecret: applications[flow]?.client_secret,
        username: user.login,
        password: user.password,
        "x-scalar-redirect-uri": new URL("oauth2-redirect.html", location.href).href,
        selectedScopes: Object.keys(scopes),
        token,
      };
      return [flow, filled];
    });
    securitySchemes[name] = { token, flows: Object.fromEntries(flows) };
  }
  return { preferredSecurityScheme: schemes[0][0], securitySchemes };
}

async function show() {
  for (const flow of schemes.flatMap(([, scheme]) => Object.values(scheme.flows ?? {}))) {
    for (const key of ["authorizationUrl", "tokenUrl", "refreshUrl"]) {
      if (flow[key]?.startsWith("/")) flow[key] = server + flow[key];
    }
  }
  Scalar.createApiReference("#viewer", {
    content: shown,
    servers: [{ url: server }],
    authentication: await authentication(),
    hideTestRequestButton: file !== null,
    // No requests to other machines.
    proxyUrl: "",
    telemetry: false,
    withDefaultFonts: false,
    showDeveloperTools: "never",
    agent: { disabled: true, hideAddApi: true },
    mcp: { disabled: true },
    hideClientButton: true,
    // The search box above covers all pages, and the colours follow the system.
    hideSearch: true,
    hideDarkModeToggle: true,
    documentDownloadType: "none",
    hideModels: true,
    orderSchemaPropertiesBy: "preserve",
    generateTagSlug: (tag) => slug(tag.name),
    generateOperationSlug: (operation) => operation.operationId,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    hiddenClients: {
      ...Object.fromEntries(
        ["c", "clojure", "csharp", "dart", "fsharp", "go", "http", "java", "kotlin", "node", "objc", "ocaml", "php",
          "powershell", "r", "ruby", "rust", "swift"].map((name) => [name, true]),
      ),
      js: ["axios", "jquery", "ofetch", "xhr"],
      python: ["aiohttp", "httpx_async", "httpx_sync", "python3"],
      shell: ["httpie", "wget"],
    },
  });
}

// Labels for screen readers that the forms of the viewer lack.
new MutationObserver(() => {
  for (const one of document.querySelectorAll("[role=combobox]:not([aria-expanded])")) one.ariaExpanded = "false";
  for (const one of document.querySelectorAll("button[role=none]")) one.removeAttribute("role");
  for (const one of document.querySelectorAll(".cm-content:not([aria-label])")) one.ariaLabel = "Body";
  for (const one of document.querySelectorAll(".cm-scroller")) one.tabIndex = 0;
}).observe(document.body, { childList: true, subtree: true });

show();
