// GET /explainability: charge the quota, show the newest report's summary.
import { isNativeError } from "node:util/types";
import type { ApiFunction, ApiRequest } from "../../http/endpoint";
import { Problem } from "../../http/problem";
import type { RateLimitGuard } from "../../rate-limit/guard";
import type { LatestSummary } from "./latest-summary";

interface ExplainabilityOptions {
  readonly guard: RateLimitGuard;
  readonly latest: LatestSummary;
}

/** Seconds a client is asked to wait when the report cannot be read: what S3's own hiccups take. */
const RETRY_AFTER_SECONDS = 5;

/** The function behind GET /explainability, answering a report's summary (src/governance/summary.ts). */
export function explainability({ guard, latest }: ExplainabilityOptions): ApiFunction {
  return async (request) => {
    await guard(request);
    const summary = await latest().catch((cause: unknown) => unavailable(request, cause));
    if (!summary) throw new Problem("no_report", "There is no report yet; there is one a week.");
    request.note({ report_created: summary.created, report_model: summary.model });
    return summary;
  };
}

function unavailable(request: ApiRequest, cause: unknown): never {
  request.note({ report_failure: isNativeError(cause) ? cause.name : "unknown" });
  throw new Problem("report_unavailable", "The newest report cannot be read; retry later.", {
    headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
    cause,
  });
}
