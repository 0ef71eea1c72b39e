// Where a governance job and its report are: everything follows from the moment for which the job was due, so that whoever knows the
// job's name knows the report's place, and an invocation that is repeated finds its own job.

/** Below it are the reports, each in a folder of its own: reports/YYYY-MM-DD/JOB/. */
export const REPORTS = "reports/";

/** What GET /explainability reads: the summary of the newest report. */
export const LATEST_SUMMARY = "latest/summary.json";

/** The last file that a job leaves: with it, its report is complete. */
export const SUMMARY = "summary.json";

/** What the names of a stage's jobs begin with; deploy/alarms.yml and deploy/governance.yml know it, too. */
export const jobPrefix = (stage: string): string => `serin-${stage}-governance-`;

/** The name of the job that is due at a moment, to the minute (UTC). */
export function jobName(stage: string, due: Date): string {
  return `${jobPrefix(stage)}${due.toISOString().replaceAll(/[-T:]/g, "").slice(0, 12)}`;
}

/** The report's folder, with a slash at its end. @throws Error for a name that jobName() does not make. */
export function reportFolder(job: string): string {
  const [, year, month, day] = /-governance-(\d{4})(\d{2})(\d{2})\d{4}$/.exec(job) ?? [];
  if (year === undefined)
    throw new Error(`${job} is not the name of a governance job of serin-<stage>-governance-start`);
  return `${REPORTS}${year}-${month}-${day}/${job}/`;
}
