import { connect, type Api, type Extension, type Group, type Place, type CallRecord } from "./api";
import { dataOf, succeed } from "./failure";
import type { Credentials, TokenKeeper, Tokens } from "./tokens";

const GROUP = {
  id: 14,
  name: "New group of internal numbers",
  client_id: 12,
  extra_params: null,
};
const PETROV: Extension = {
  status: "active",
  domain: "sip.ringme.ru",
  create_date: "2020-03-16 12:18:08",
  name: "000*300",
  dial_rule_limit: null,
  extension_group_id: 14,
  label: "Petrov",
  caller_id_name: "Petrov P. P.",
  client_id: 12,
  extra_params: "null",
  message_did: "string",
  dial_rule_id: null,
  ani_rfc3325: false,
  type: "phone",
  id: 30,
  did_as_transfer_caller_id: null,
};
const SIDOROV: Extension = {
  ...PETROV,
  name: "000*301",
  label: "Sidorov",
  caller_id_name: "Sidorov S. S.",
  extra_params: "312",
  id: 28,
};
const DAYS = { start_datetime: "2016-04-01 00:00:00", end_datetime: "2016-04-21 23:59:59" };
const CALLS = [
  [30, "2016-04-01 00:00:00"],
  [30, "2016-04-01 00:00:05"],
  [28, "2016-04-01 00:00:05.98"],
  [28, "2016-04-12 09:30:00"],
  [30, "2016-04-12 09:30:00"],
  [30, "2016-04-15 14:02:11.40"],
  [28, "2016-04-21 23:59:59"],
];

const ME = { client_id: "@me" };

/**
 * Goes through the example of the API's own documentation, then fetches the recordings, renews the
 * token and deletes the group. Throws an Error at the first unexpected response.
 */
export async function walkThrough(
  place: Place,
  credentials: Credentials,
  tell: (step: string) => void,
): Promise<void> {
  let tokens: Tokens | null = null;
  const memory = { read: () => tokens, write: (given: Tokens | null) => void (tokens = given) };
  const { api, keeper } = connect(place, memory, () => {
    throw new Error("the token was refused");
  });
  await logIn(api, keeper, credentials);
  tell(`logged in as ${credentials.login}`);
  const group = await createGroup(api);
  tell(`created group ${group.id}`);
  await placeNumbers(api, group);
  tell("placed two numbers");
  const records = await listRecords(api, group);
  tell(`listed ${records.length} records`);
  await hear(api, group, records);
  tell("heard them");
  expectSame("a renewal", await keeper.renew(keeper.tokens?.access ?? null), true);
  await createUser(api, group);
  tell("created a user with the renewed token");
  await deleteGroup(api, group);
  tell(`deleted group ${group.id}`);
}

async function logIn(api: Api, keeper: TokenKeeper, credentials: Credentials): Promise<void> {
  await keeper.login(credentials);
  const user = dataOf(await api.GET("/api/ver1.0/user/"));
  expectSame("the user", [user.login, user.client_id], [credentials.login, GROUP.client_id]);
}

async function createGroup(api: Api): Promise<Group> {
  const group = dataOf(
    await api.POST("/api/ver1.0/client/{client_id}/extension_group/", {
      params: { path: ME },
      body: { name: GROUP.name },
    }),
  );
  expectSame("the new group", group, GROUP);
  return group;
}

async function placeNumbers(api: Api, group: Group): Promise<void> {
  for (const number of [PETROV, SIDOROV]) {
    const placed = dataOf(
      await api.PUT("/api/ver1.0/client/{client_id}/extension/{extension_id}", {
        params: { path: { ...ME, extension_id: number.id } },
        body: { extension_group_id: group.id },
      }),
    );
    expectSame(`number ${number.id}`, placed, number);
  }
  const members = await api.GET("/api/ver1.0/extension_group/{ext_group_id}/extension/", {
    params: { path: { ext_group_id: group.id }, query: { type: ["phone"], status: ["active"] } },
  });
  expectSame("the members", dataOf(members), [SIDOROV, PETROV]);
}

async function listRecords(api: Api, group: Group): Promise<CallRecord[]> {
  const records: CallRecord[] = [];
  for (const page of [1, 2, 3]) {
    const answer = await api.GET("/api/ver1.0/extension_group/{ext_group_id}/record/", {
      params: {
        path: { ext_group_id: group.id },
        query: { ...DAYS, order: "asc", page, per_page: 3 },
      },
    });
    records.push(...dataOf(answer));
  }
  expectSame("the calls", records.map((one) => [one.extension_id, one.init_time_gmt]), CALLS);
  return records;
}

async function hear(api: Api, group: Group, records: CallRecord[]): Promise<void> {
  for (const { record_uuid, record_file_size } of records) {
    const { record_url } = dataOf(
      await api.GET("/api/ver1.0/extension_group/{ext_group_id}/record/{record_uuid}/storage_url/", {
        params: { path: { ext_group_id: group.id, record_uuid } },
      }),
    );
    const heard = await (await fetch(record_url)).blob();
    expectSame("the recording", [heard.type, heard.size], ["audio/mpeg", record_file_size]);
  }
}

async function createUser(api: Api, group: Group): Promise<void> {
  const user = dataOf(
    await api.POST("/api/ver1.0/client/{client_id}/user/extension_group/", {
      params: { path: ME },
      body: {
        name: "Anna Lebedeva",
        login: "lebedeva",
        password: "mock-lebedeva",
        email: "lebedeva@example.com",
        extension_group_id: group.id,
      },
    }),
  );
  expectSame("the access of the new user", [user.access, user.status], ["full", "active"]);
}

async function deleteGroup(api: Api, group: Group): Promise<void> {
  const gone = { params: { path: { ...ME, ext_group_id: group.id } } };
  succeed(await api.DELETE("/api/ver1.0/client/{client_id}/extension_group/{ext_group_id}", gone));
  const { error, response } = await api.GET(
    "/api/ver1.0/client/{client_id}/extension_group/{ext_group_id}",
    gone,
  );
  const kind = error && "status" in error ? error.status : null;
  expectSame("a deleted group", [response.status, kind], [404, "extension_group_not_found"]);
}

/** Compares as JSON text, so that the order of the keys counts. */
function expectSame(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found, null, 1), JSON.stringify(expected, null, 1)];
  if (left !== right) {
    throw new Error(`${what}: expected ${right}\nbut found ${left}`);
  }
}
