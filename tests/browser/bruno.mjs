// Imports the document as Bruno does, and sends every request of the collection to a mock:
//
//   node bruno.mjs OPENAPI_FILE MOCK_URL
import converters from "@usebruno/converters";

import { itemsOf } from "./bruno-items.mjs";
import { checkImport, PUBLIC_APPLICATION } from "./collection.mjs";

await checkImport("Bruno", async (text) => {
  const collection = await converters.openApiToBruno(text);
  const { accessTokenUrl, grantType } = collection.root.request.auth.oauth2;
  return {
    requests: itemsOf(collection).map(readItem),
    tokenUrl: accessTokenUrl,
    grant: grantType,
    application: PUBLIC_APPLICATION,
  };
});

function readItem({ name, request }) {
  const { url, method, params } = request;
  const given = params.filter((one) => one.enabled).map(({ type, name, value }) => [type, name, value]);
  const path = url.replace("{{baseUrl}}", "").replace(/:(\w+)/g, "{$1}");
  const filled = given
    .filter(([type]) => type === "path")
    .reduce((left, [, key, value]) => left.replace(`{${key}}`, encodeURIComponent(value)), path);
  const query = given.filter(([type]) => type === "query").map(([, key, value]) => [key, value]);
  return {
    name,
    method,
    path,
    send: {
      url: `{base}${filled}?${new URLSearchParams(query)}`,
      method,
      ...readBody(request.body),
    },
  };
}

function readBody({ mode, json, formUrlEncoded }) {
  if (mode === "json") {
    return { headers: { "Content-Type": "application/json" }, body: json };
  }
  const fields = formUrlEncoded.map(({ name, value }) => [name, value]);
  return mode === "formUrlEncoded" ? { body: new URLSearchParams(fields) } : {};
}
