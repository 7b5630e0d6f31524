/** A response of the API that is not a success. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    /** The error code of some errors, such as `access_denied`. */
    readonly kind: string | null,
    message: string,
    /** Seconds until the rate limit is reset, from the response. */
    readonly resetSeconds: number | null,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** The result of a request: `data` of a success, `error` of any other response. */
interface Result<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of a success. Throws a Failure for any other response. */
export function dataOf<Data>(result: Result<Data>): Exclude<Data, undefined> {
  succeed(result);
  return result.data as Exclude<Data, undefined>;
}

/** Throws a Failure unless the request succeeded; for responses without a body. */
export function succeed(result: Result<unknown>): void {
  if (!result.response.ok) {
    throw failureOf(result.response, result.error);
  }
}

const TOKEN_ERRORS: Record<string, string> = {
  invalid_client: "The application or its secret is wrong.",
  invalid_grant: "The login or the password is wrong.",
  unauthorized_client: "This application may not log users in.",
};

function failureOf(response: Response, body: unknown): Failure {
  const reset = response.headers.get("X-RateLimit-Reset");
  const kind = text(body, "status") ?? text(body, "error");
  const message =
    text(body, "message") ??
    TOKEN_ERRORS[kind ?? ""] ??
    text(body, "error_description") ??
    kind ??
    `The server answered ${response.status}.`;
  return new Failure(response.status, kind, message, reset === null ? null : Number(reset));
}

function text(body: unknown, key: string): string | null {
  if (typeof body !== "object" || body === null) {
    return null;
  }
  const value: unknown = Reflect.get(body, key);
  return typeof value === "string" ? value : null;
}
