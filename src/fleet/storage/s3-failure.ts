import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";

/** What an error of the library can have. */
interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const CREDENTIALS = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile that AWS_PROFILE names";
const RIGHTS = "the credentials must allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject there";
const REGION = "name the region of the bucket, with AWS_REGION or the storage's address";
const NO_ANSWER = "check the endpoint, and that its server runs and can be reached from this machine";

/** What to do, by the code of an answer or of the system. */
const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: "there is no such bucket: check its name and the endpoint, or create it",
  InvalidBucketName: "a bucket cannot have this name: check it",
  InvalidAccessKeyId: `the credentials are not known there: ${CREDENTIALS}`,
  SignatureDoesNotMatch: `the secret key is not the right one: ${CREDENTIALS}`,
  InvalidToken: `the session of the credentials is not known: ${CREDENTIALS}`,
  ExpiredToken: "the credentials have expired: sign in anew",
  CredentialsProviderError: `found no credentials: ${CREDENTIALS}`,
  AccessDenied: `refused: ${RIGHTS}`,
  Forbidden: `refused: ${RIGHTS}`,
  RequestTimeTooSkewed: "the clock of this machine or of the server is wrong: set it",
  PermanentRedirect: `the bucket is in another region: ${REGION}`,
  AuthorizationHeaderMalformed: `the bucket is in another region: ${REGION}`,
  ENOTFOUND: `no server has this name: ${NO_ANSWER}`,
  EAI_AGAIN: `its name cannot be looked up: ${NO_ANSWER}`,
  ECONNREFUSED: `nothing answers: ${NO_ANSWER}`,
  ECONNRESET: `the connection breaks off: ${NO_ANSWER}`,
  EHOSTUNREACH: `the way there is closed: ${NO_ANSWER}`,
  ENETUNREACH: `the way there is closed: ${NO_ANSWER}`,
  ETIMEDOUT: `nothing answers in time: ${NO_ANSWER}`,
  TimeoutError: `nothing answers in time: ${NO_ANSWER}`,
  BrokenOff: `transfers break off: ${NO_ANSWER}`,
};

/** What is asked for is wrong, whichever machine asks. */
const NOT_THE_MACHINE: ReadonlySet<string> = new Set([
  "EntityTooLarge",
  "InvalidArgument",
  "InvalidRequest",
  "InvalidURI",
  "KeyTooLongError",
  "MalformedXML",
  "MethodNotAllowed",
  "NotImplemented",
]);

/**
 * What to throw where the object storage fails.
 *
 * @param action as "Cannot read …", with the key, the bucket and the endpoint
 * @returns WorkerUnfit where another machine, or this one later, could be luckier; else a PipelineError `input`
 */
export function s3Failure(action: string, error: unknown): Error {
  if (error instanceof WorkerUnfit || error instanceof PipelineError) return error;
  const code = codeOf(error);
  const status = statusOf(error);
  const found = `${code === undefined ? "" : `${code}: `}${messageOf(error)}${status === undefined ? "" : `, HTTP ${status}`}`;
  const message = `${action}: ${adviceFor(code, error)} (${found})`;
  // an answer would keep its connection along
  const options = status === undefined ? { cause: error } : {};
  if (code !== undefined && NOT_THE_MACHINE.has(code)) return new PipelineError("input", message, options);
  return new WorkerUnfit(message, options);
}

/** Of the answer, if there was one. */
export function statusOf(error: unknown): number | undefined {
  return (error as Failure).$metadata?.httpStatusCode;
}

/** Whether the same request may go through later. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  const { name } = error as Failure;
  if (name === "CredentialsProviderError") return false;
  return status === undefined || status >= 500 || status === 429 || status === 408;
}

function adviceFor(code: string | undefined, error: unknown): string {
  const status = statusOf(error);
  if (code !== undefined && Object.hasOwn(ADVICE, code)) return ADVICE[code];
  if (status === 401 || status === 403) return ADVICE.AccessDenied;
  if (status !== undefined && status >= 500) return "its server fails: try again later, or look at its log";
  if (/region is missing/i.test(messageOf(error))) return REGION;
  return "the answer is none of S3's: check the endpoint";
}

/** The library's name of a failure, or the system's code. */
function codeOf(error: unknown): string | undefined {
  const { name, code } = error as Failure;
  if (code !== undefined && Object.hasOwn(ADVICE, code)) return code;
  return name === "Error" || name === "Unknown" ? code : name;
}
