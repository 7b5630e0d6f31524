import { expect, test } from "@playwright/test";
import { mockSession } from "../ringme-mock";

// Workers that run at the same time have different indices, and with them different sessions.
const mock = mockSession(
  `playwright-${process.env.TEST_PARALLEL_INDEX}`,
  process.env.RINGME_MOCK_URL,
);

test.beforeEach(async ({ page }) => {
  await mock.reset();
  // The login data that this application stores: the URL of the API, and a token.
  const login = { api: mock.url, token: await mock.token("client-admin") };
  await page.addInitScript((items) => Object.assign(localStorage, items), login);
});

test("a new group stands in the list", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Name").fill("Night shift");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Night shift" })).toHaveCount(1);
  const sent = await mock.requests({ operation: "createExtensionGroup", status: 201 });
  expect(sent.map((request) => request.body)).toEqual([{ name: "Night shift" }]);
});

test("an error of the API is shown", async ({ page }) => {
  await mock.fault({ match: { operation: "listExtensionGroups" }, answer: { status: 503 } });
  await page.goto("/");
  await expect(page.getByRole("alert")).toHaveText("The groups cannot be read: 503");
});

test("an expired token is told", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("listitem")).toHaveCount(4);
  await mock.advance(3601);
  await page.reload();
  await expect(page.getByRole("alert")).toHaveText("Log in again");
});
