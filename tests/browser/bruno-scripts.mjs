// Runs the scripts that Bruno generates from the document's links, as Bruno does after a response:
//
//   node bruno-scripts.mjs OPENAPI_FILE
import { readFile } from "node:fs/promises";
import { argv, exit } from "node:process";
import { runInNewContext } from "node:vm";

import converters from "@usebruno/converters";

import { itemsOf } from "./bruno-items.mjs";

const [, , document] = argv;
if (document === undefined) {
  console.error("usage: node bruno-scripts.mjs OPENAPI_FILE");
  exit(2);
}
const collection = await converters.openApiToBruno(await readFile(document, "utf8"));
let [ran, failed] = [0, 0];
for (const { name, request } of itemsOf(collection)) {
  if (request.script?.res) {
    const kept = {};
    const bru = { setVar: (key, value) => (kept[key] = value) };
    try {
      runInNewContext(request.script.res, { bru, res: { status: 201, body: { id: 14 } } });
      ran += 1;
    } catch (error) {
      failed += 1;
      console.error(`Bruno: ${name}: ${error.name}: ${error.message}`);
    }
  }
}
console.log(`Bruno: ${ran} scripts run, ${failed} fail`);
exit(failed === 0 ? 0 : 1);
