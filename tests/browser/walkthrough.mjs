// Runs the typed client's walkthrough, as built by build.mjs, against a mock:
//
//   node walkthrough.mjs FOLDER URL [SESSION]
import { join, resolve } from "node:path";
import { argv, exit } from "node:process";
import { pathToFileURL } from "node:url";

const [, , folder, url, session = null] = argv;
if (url === undefined) {
  console.error("usage: node walkthrough.mjs FOLDER URL [SESSION]");
  exit(2);
}
const { walkThrough } = await import(
  pathToFileURL(join(resolve(folder), "client", "walkthrough.mjs")).href
);
const credentials = {
  login: "client-admin",
  password: "mock-client-admin",
  application: {
    id: "c1200000000000000000000000000003",
    secret: "c0ffee03c0ffee03c0ffee03c0ffee03",
  },
};
try {
  await walkThrough({ url, session }, credentials, console.log);
} catch (error) {
  console.error(`FAILED: ${error.message}`);
  exit(1);
}
