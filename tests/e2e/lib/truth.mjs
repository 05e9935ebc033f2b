// What the generator says of the jobs that it wrote, and which rule must tell of each cause.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.mjs';

const { DEMO_TRUTH, DEMO_TRUTHS } = process.env;
export const read = file => JSON.parse(fs.readFileSync(file, 'utf8'));

/** Cloudcix's truth has a file of its own. */
export const truthOf = system => read(system === 'cloudcix' ? DEMO_TRUTH : path.join(DEMO_TRUTHS, `truth-${system}.json`));
export const systemFile = system => path.join(ROOT, 'public/systems', `${system}.json`);

/** A moment of the truth, in ms. */
export const ms = moment => Number(BigInt(moment.ns) / 1_000_000n);

const RULES = {
  timeout: ['timeout'], task_timeout: ['timeout'], api_timeout: ['timeout'], worker_out_of_memory: ['worker_killed', 'memory'],
  inference_out_of_memory: ['gpu_memory'], cuda_out_of_memory: ['gpu_memory'], mps_out_of_memory: ['gpu_memory'], gpu_memory: ['gpu_memory'],
  inference_down: ['inference_down'], circuit_open: ['circuit_breaker'], bad_input: ['bad_input', 'input_too_long'], bad_image: ['bad_input'],
  model_load: ['model_load', 'model_logger'], evaluation_gate: ['adaptation_gate', 'evaluation_gate'],
  storage_unreachable: ['unreachable'], mail_server: ['unreachable'], database: ['unreachable'], unreachable: ['unreachable'],
  too_many_connections: ['connections_taken'], disk_full: ['disk_full'], event_loop: ['event_loop'], lock_wait: ['lock_wait'], transaction_leak: ['transaction_leak'],
  broker_memory: ['broker_memory'], payload_schema: ['payload_schema'], memory: ['memory'], time_limit: ['time_limit'], bad_deploy: ['bad_deploy'],
  // What only the deployment's own words say.
  s3_upload: ['s3_upload'], bad_preset: ['own_words'], no_prompts: ['own_words'],
  // Jobs that hang.
  swallowed_errors: ['swallowed_errors'], requeue_loop: ['requeue_loop'], message_evicted: ['evicted_keys', 'swallowed_errors'], new_job_id_per_step: ['new_id_per_step'],
  context_leak: ['context_leak'],
};
const HANGING = { stuck: ['worker_silent', 'worker_killed'], queued: ['queue_stands', 'message_lost', 'worker_freeze'], running: ['queue_stands', 'message_lost', 'worker_freeze'] };

/** The rules of which one must come first for a job that failed or hangs. */
export const rulesFor = ({ cause, flaw, state }) => {
  const why = state === 'failed' ? cause : flaw ?? cause;
  if (!why) return HANGING[state];
  return why.startsWith('http_') ? ['http_status'] : RULES[why] ?? assert.fail(`no rule for ${why}`);
};

/** A stage of a system file, by any of its names. */
export const stageOf = (system, word) => system.stages.find(it => [it.id, ...(it.aliases ?? [])].includes(word));
