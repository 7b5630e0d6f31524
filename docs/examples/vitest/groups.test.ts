import { beforeEach, expect, test } from "vitest";
import { mockSession } from "../ringme-mock";
import { groupNames } from "./groups";

// Workers that run at the same time have different ids, and with them different sessions.
const mock = mockSession(`vitest-${process.env.VITEST_POOL_ID}`, process.env.RINGME_MOCK_URL);

beforeEach(() => mock.reset());

test("a user sees the groups of the client", async () => {
  const token = await mock.token("client-reader");
  expect(await groupNames(mock.url, token)).toEqual(["Sales", "Support", "Empty group", "Support"]);
});

test("a 503 is tried again", async () => {
  await mock.fault({ match: { operation: "listExtensionGroups" }, times: 1, answer: { status: 503 } });
  const names = await groupNames(mock.url, await mock.token("client-reader"));
  expect(names).toHaveLength(4);
  const requests = await mock.requests({ operation: "listExtensionGroups" });
  expect(requests.map((request) => request.status)).toEqual([503, 200]);
});

test("an expired token is refused", async () => {
  const token = await mock.token("client-reader");
  await mock.advance(3601);
  await expect(groupNames(mock.url, token)).rejects.toThrow("401");
});
