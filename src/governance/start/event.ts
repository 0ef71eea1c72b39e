// What the function is invoked with: `{"due": "2026-11-23T03:00:00Z"}` by the schedule, `{}` by somebody who wants a report now.

/**
 * The moment for which a job is due. The schedule's repeated invocations name the same one, by <aws.scheduler.scheduled-time>.
 * @param now - For an invocation that names none.
 * @throws Error for something else.
 */
export function dueTime(event: unknown, now: Date): Date {
  const due: unknown = typeof event === "object" ? Reflect.get(event ?? {}, "due") : event;
  if (due === undefined) return now;
  const time = typeof due === "string" ? new Date(due) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  throw new Error('the event must be {} or {"due": "2026-11-23T03:00:00Z"}: an ISO 8601 time');
}
