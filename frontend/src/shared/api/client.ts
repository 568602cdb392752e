// One way to talk to the server: JSON in, JSON out, refusals as typed errors.

export interface Problem {
  code: string;
  detail: string;
  status: number;
  details: Record<string, unknown>;
}

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(problem: Problem) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.details = problem.details;
  }
}

export const OFFLINE: Problem = {
  code: "offline",
  detail: "No connection. Nothing was changed; try again when you are back online.",
  status: 0,
  details: {},
};

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    code: "server_error",
    detail: "The server could not answer. Nothing was changed; try again.",
    status: response.status,
    details: {},
  };
  if (!response.headers.get("content-type")?.includes("json")) return fallback;
  return { ...fallback, ...((await response.json()) as Partial<Problem>) };
}

export async function call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method === "POST") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = cookie("csrftoken");
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(OFFLINE);
  }
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}
