import type { Api, CurrentUser, Extension, Group, CallRecord } from "../../client/api";
import { dataOf } from "../../client/failure";
import { rangeOf, type Days } from "./days";

export const PAGE_SIZE = 10;

const ME = { client_id: "@me" };

export async function readUser(api: Api): Promise<CurrentUser> {
  return dataOf(await api.GET("/api/ver1.0/user/"));
}

/** One page of the groups, or all of them. */
export async function listGroups(api: Api, page: number | null): Promise<Group[]> {
  const query = page === null ? {} : { page, per_page: PAGE_SIZE };
  return dataOf(
    await api.GET("/api/ver1.0/client/{client_id}/extension_group/", {
      params: { path: ME, query },
    }),
  );
}

export async function readGroup(api: Api, id: number): Promise<Group> {
  return dataOf(
    await api.GET("/api/ver1.0/client/{client_id}/extension_group/{ext_group_id}", {
      params: { path: { ...ME, ext_group_id: id } },
    }),
  );
}

export async function createGroup(api: Api, name: string): Promise<Group> {
  return dataOf(
    await api.POST("/api/ver1.0/client/{client_id}/extension_group/", {
      params: { path: ME },
      body: { name },
    }),
  );
}

export async function listMembers(api: Api, group: number): Promise<Extension[]> {
  return dataOf(
    await api.GET("/api/ver1.0/extension_group/{ext_group_id}/extension/", {
      params: { path: { ext_group_id: group } },
    }),
  );
}

export async function listNumbers(api: Api): Promise<Extension[]> {
  return dataOf(
    await api.GET("/api/ver1.0/client/{client_id}/extension/", { params: { path: ME } }),
  );
}

export async function readNumber(api: Api, id: number): Promise<Extension> {
  return dataOf(
    await api.GET("/api/ver1.0/client/{client_id}/extension/{extension_id}", {
      params: { path: { ...ME, extension_id: id } },
    }),
  );
}

/** Puts a number into a group, or into none. */
export async function moveNumber(api: Api, id: number, group: number | null): Promise<Extension> {
  return dataOf(
    await api.PUT("/api/ver1.0/client/{client_id}/extension/{extension_id}", {
      params: { path: { ...ME, extension_id: id } },
      body: { extension_group_id: group },
    }),
  );
}

/** The owner of the calls: a group or a number. */
export interface CallSource {
  screen: "group" | "number";
  id: number;
}

export async function listCalls(
  api: Api,
  source: CallSource,
  days: Days,
  page: number,
): Promise<CallRecord[]> {
  const query = { ...rangeOf(days), page, per_page: PAGE_SIZE };
  if (source.screen === "group") {
    return dataOf(
      await api.GET("/api/ver1.0/extension_group/{ext_group_id}/record/", {
        params: { path: { ext_group_id: source.id }, query },
      }),
    );
  }
  return dataOf(
    await api.GET("/api/ver1.0/extension/{extension_id}/record/", {
      params: { path: { extension_id: source.id }, query },
    }),
  );
}

/** The URL of the recording, requested for the group or, without one, for the client. */
export async function readRecordingUrl(
  api: Api,
  group: number | null,
  uuid: string,
): Promise<string> {
  const answer =
    group === null
      ? await api.GET("/api/ver1.0/client/{client_id}/record/{record_uuid}/storage_url/", {
          params: { path: { ...ME, record_uuid: uuid } },
        })
      : await api.GET(
          "/api/ver1.0/extension_group/{ext_group_id}/record/{record_uuid}/storage_url/",
          { params: { path: { ext_group_id: group, record_uuid: uuid } } },
        );
  return dataOf(answer).record_url;
}
