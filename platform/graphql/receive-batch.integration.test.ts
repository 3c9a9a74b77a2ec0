import { describe, expect, it } from 'vitest';
import { IDENTITY_HEADER } from '../identity/identity.ts';
import { bodyHashOf, identityKey, signBatch, signIdentity } from '../identity/signed-identity.ts';
import { batchEntry, batchFrame, BATCH_REQUEST_TYPE } from '../operation-batch/batch-request.ts';
import { ECHO_IDENTITY, MUTATION, SECRET, startEcho } from '../subgraph-client/testing/echo-subgraph.ts';

const KEY = identityKey('echo', SECRET);
const [HEAD, TAIL] = batchFrame(JSON.stringify(MUTATION), undefined);
const ENTRIES = [1, 2].map((n) => batchEntry(ECHO_IDENTITY, JSON.stringify({ n })));
const BATCH = `${HEAD}${ENTRIES.join(',')}${TAIL}`;
const SINGLE = JSON.stringify({ query: MUTATION, variables: { n: 1 } });

const ofBatch = (to: string, body = BATCH, operations = 2) =>
  signBatch(KEY, { operations, requestId: 'request-0' }, bodyHashOf(body), to);
const ofSingle = (to: string, body = SINGLE) => signIdentity(KEY, ECHO_IDENTITY, bodyHashOf(body), to);

async function post(url: string, type: string, identity: string | null, body: string) {
  const headers = { 'content-type': type, ...(identity === null ? {} : { [IDENTITY_HEADER]: identity }) };
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}

describe('a batch', () => {
  it('is accepted once; when it is sent again, nothing is executed', async () => {
    const { graphqlUrl, instanceId, executed } = await startEcho();
    const captured = ofBatch(instanceId);
    const { status, text } = await post(graphqlUrl, BATCH_REQUEST_TYPE, captured, BATCH);
    expect(status).toBe(200);
    expect(text).toContain('{"data":{"echo":1}}');
    expect(text).toContain('{"data":{"echo":2}}');
    expect((await post(graphqlUrl, BATCH_REQUEST_TYPE, captured, BATCH)).status).toBe(401);
    expect(executed).toHaveLength(2);
  });

  const manyEntries = Array.from({ length: 65 }, () => ENTRIES[0]).join(',');
  const MANY = `${HEAD}${manyEntries}${TAIL}`;
  it.each<[string, number, string, (to: string) => string | null, string]>([
    ['without an identity', 401, BATCH_REQUEST_TYPE, () => null, BATCH],
    ['with another body', 401, BATCH_REQUEST_TYPE, (to) => ofBatch(to), BATCH.replace('"n":1', '"n":3')],
    ['with the identity of a single operation', 401, BATCH_REQUEST_TYPE, (to) => ofSingle(to, BATCH), BATCH],
    ['as a single operation', 401, 'application/json', (to) => ofBatch(to), BATCH],
    ['for another process', 421, BATCH_REQUEST_TYPE, () => ofBatch('another'), BATCH],
    ['of another number than was signed', 400, BATCH_REQUEST_TYPE, (to) => ofBatch(to, BATCH, 3), BATCH],
    ['of too many', 413, BATCH_REQUEST_TYPE, (to) => ofBatch(to, MANY, 65), MANY],
    ['whose body is none', 400, BATCH_REQUEST_TYPE, (to) => ofBatch(to, SINGLE), SINGLE],
  ])('%s is refused as a whole', async (_what, expected, type, sign, body) => {
    const { graphqlUrl, instanceId, executed } = await startEcho();
    expect((await post(graphqlUrl, type, sign(instanceId), body)).status).toBe(expected);
    expect(executed).toEqual([]);
  });

  it('a single operation with the identity of a batch is refused', async () => {
    const { graphqlUrl, instanceId, executed } = await startEcho();
    const identity = ofBatch(instanceId, SINGLE, 1);
    expect((await post(graphqlUrl, 'application/json', identity, SINGLE)).status).toBe(401);
    expect(executed).toEqual([]);
  });
});
