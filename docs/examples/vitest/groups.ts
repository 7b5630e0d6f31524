/** Stands for your application: it lists the groups, and retries once after a 503. */
export async function groupNames(url: string, token: string): Promise<string[]> {
  const ask = () =>
    fetch(`${url}/api/ver1.0/client/@me/extension_group/`, {
      headers: { Authorization: `Bearer ${token}` },
    });
  let response = await ask();
  if (response.status === 503) response = await ask();
  if (!response.ok) throw new Error(`the groups cannot be read: ${response.status}`);
  const groups = (await response.json()) as { name: string }[];
  return groups.map((group) => group.name);
}
