/** Wrong uses of the API that the generated types must refuse: each line below is an error. */
import type { Api, Extension, Group } from "./api";

export async function misuse(api: Api, group: Group, number: Extension): Promise<void> {
  const path = { client_id: "@me" };

  // @ts-expect-error: unknown path
  await api.GET("/api/ver1.0/client/{client_id}/extension_groups/", { params: { path } });

  // @ts-expect-error: the path has no PATCH
  await api.PATCH("/api/ver1.0/client/{client_id}/extension_group/", { params: { path } });

  // @ts-expect-error: the id of the client is missing
  await api.GET("/api/ver1.0/client/{client_id}/extension_group/");

  await api.POST("/api/ver1.0/client/{client_id}/extension_group/", {
    params: { path },
    // @ts-expect-error: a group needs a name
    body: {},
  });

  await api.GET("/api/ver1.0/client/{client_id}/extension/", {
    // @ts-expect-error: numbers have no such type
    params: { path, query: { type: ["telephone"] } },
  });

  await api.GET("/api/ver1.0/extension_group/{ext_group_id}/record/", {
    // @ts-expect-error: records are listed for a range
    params: { path: { ext_group_id: group.id } },
  });

  // @ts-expect-error: a number may be in no group
  const owner: number = number.extension_group_id;
  void owner;

  const answer = await api.GET("/api/ver1.0/user/");
  // @ts-expect-error: there is no data if the request failed
  void answer.data.login;
}
