// Builds the typed client's walkthrough and the application into a folder:
//
//   node build.mjs FOLDER
//
//   FOLDER/ringme-api.d.ts   the types of openapi.yaml
//   FOLDER/client/           the walkthrough, for Node
//   FOLDER/application/      the application, for a browser
//
// Exits with 1 and the compiler's messages if there is a type error.
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { argv, execPath, exit } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

import openapiTypescript, { astToString } from "openapi-typescript";
import { build } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));
const DOCUMENT = join(HERE, "..", "..", "openapi.yaml");
const COMPILER = createRequire(import.meta.url).resolve("typescript/bin/tsc");

if (argv.length !== 3) {
  console.error("usage: node build.mjs FOLDER");
  exit(2);
}
const folder = resolve(argv[2]);
await mkdir(folder, { recursive: true });
await generateTypes(join(folder, "ringme-api.d.ts"));
const [compiled] = await Promise.all([
  checkTypes(folder),
  buildApplication(join(folder, "application")),
  buildWalkthrough(join(folder, "client")),
]);
exit(compiled);

async function generateTypes(file) {
  // The server fills in a default for a key that a request leaves out, so the key is not required.
  const types = await openapiTypescript(pathToFileURL(DOCUMENT), { defaultNonNullable: false });
  await writeFile(file, astToString(types));
}

/** The exit code of the compiler, which writes its messages to the terminal. */
async function checkTypes(folder) {
  const project = join(folder, "tsconfig.json");
  const settings = {
    extends: join(HERE, "tsconfig.json"),
    compilerOptions: { paths: { "ringme-api": [join(folder, "ringme-api.d.ts")] } },
    include: [join(HERE, "client"), join(HERE, "application", "src")],
  };
  await writeFile(project, JSON.stringify(settings));
  const compiler = spawn(execPath, [COMPILER, "--project", project], { stdio: "inherit" });
  return new Promise((settle) => compiler.once("close", settle));
}

async function buildApplication(outDir) {
  const root = join(HERE, "application");
  await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
}

async function buildWalkthrough(outDir) {
  await build({
    root: join(HERE, "client"),
    configFile: false,
    logLevel: "warn",
    ssr: { noExternal: true },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: "walkthrough.ts",
      rolldownOptions: { output: { entryFileNames: "walkthrough.mjs" } },
    },
  });
}
