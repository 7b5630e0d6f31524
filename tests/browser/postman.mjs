// Imports the document as Postman does, and sends every request of the collection to a mock:
//
//   node postman.mjs OPENAPI_FILE MOCK_URL
import converter from "openapi-to-postmanv2";
import sdk from "postman-collection";

import { checkImport, TRUSTED_APPLICATION } from "./collection.mjs";

// "Parameter generation: from examples" and "Always inherit authentication" of the import dialog.
const CHOICES = { parametersResolution: "Example", alwaysInheritAuthentication: true };

await checkImport("Postman", async (text) => {
  await convert(text, {});
  const collection = new sdk.Collection(await convert(text, CHOICES));
  const auth = Object.fromEntries(
    collection.auth.parameters().map(({ key, value }) => [key, value]),
  );
  const requests = [];
  collection.forEachItem((item) => requests.push(readItem(item)));
  return {
    requests,
    tokenUrl: auth.accessTokenUrl,
    grant: auth.grant_type,
    application: TRUSTED_APPLICATION,
  };
});

async function convert(data, choices) {
  const result = await new Promise((resolve, reject) => {
    converter.convertV2({ type: "string", data }, choices, (error, converted) =>
      error ? reject(error) : resolve(converted),
    );
  });
  if (!result.result) {
    throw new Error(`Postman refuses the document: ${result.reason}`);
  }
  return result.output[0].data;
}

function readItem({ name, request }) {
  const { url, method } = request;
  const path = `/${url.path.map((part) => part.replace(/^:(.*)$/, "{$1}")).join("/")}`;
  const filled = path.replace(/\{(\w+)\}/g, (_whole, key) =>
    encodeURIComponent(url.variables.get(key)),
  );
  const query = url.query.filter((one) => !one.disabled).map(({ key, value }) => [key, value]);
  return {
    name,
    method,
    path,
    send: {
      url: `{base}${filled}?${new URLSearchParams(query)}`,
      method,
      headers: request.getHeaders({ enabled: true }),
      body: readBody(request.body),
    },
  };
}

function readBody(body) {
  if (body?.mode === "urlencoded") {
    return body.urlencoded.filter((one) => !one.disabled).map((one) => one.toString()).join("&");
  }
  return body?.mode === "raw" ? body.raw : undefined;
}
