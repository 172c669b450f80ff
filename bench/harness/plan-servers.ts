/** The cases of the network: servers under load, and servers with many connections that are idle. */
import type { Bound, Case, Row } from './types.ts';

const underLoad = (unit: string, ...bounds: Bound[]): Row[] => [
  { metric: 'perSecond', unit, bounds },
  { metric: 'cpuMicroseconds', label: "the server's CPU for each", unit: 'µs', bounds: [] },
];

const eachIdle: Row[] = [
  { metric: 'rssEach', label: 'resident memory each', unit: 'B', bounds: [] },
  { metric: 'heapEach', label: 'heap each', unit: 'B', bounds: [] },
];

const NODE_HTTP = { node: 'raw node:http' };
const PYWSGI = { python: 'pywsgi (Python)' };

export const serverCases: readonly Case[] = [
  {
    name: 'tcp-echo',
    title: 'TCP echo of 1 KiB, 64 connections',
    kind: 'server',
    repetitions: 2,
    module: 'tcp',
    protocol: 'echo',
    ops: 64,
    peers: { node: 'bare node:net', python: 'StreamServer (Python)' },
    rows: underLoad('msg/s', { against: 'node', min: 0.6 }),
  },
  {
    name: 'http-hello',
    title: 'HTTP hello, nodeHandler',
    kind: 'server',
    repetitions: 2,
    module: 'http',
    protocol: 'http',
    ops: 32,
    peers: { ...NODE_HTTP, fastify: 'Fastify', ...PYWSGI },
    rows: underLoad('req/s', { against: 'node', min: 0.85 }, { against: 'python', min: 3 }),
  },
  {
    name: 'http-fetch',
    title: 'HTTP hello, fetch handler',
    kind: 'server',
    repetitions: 2,
    module: 'http',
    protocol: 'http',
    ops: 32,
    peers: { hono: '@hono/node-server', ...NODE_HTTP },
    rows: underLoad('req/s', { against: 'hono', min: 1 }),
  },
  {
    name: 'http-wsgi',
    title: 'HTTP hello, WSGIServer',
    kind: 'server',
    repetitions: 2,
    module: 'wsgi',
    protocol: 'http',
    ops: 32,
    peers: PYWSGI,
    rows: underLoad('req/s', { against: 'python', min: 2 }),
  },
  {
    name: 'http-10k',
    title: 'HTTP, 10,000 at once, each sleeps 10 ms',
    kind: 'server',
    repetitions: 2,
    module: 'http',
    protocol: 'http',
    ops: 10_000,
    length: 3,
    peers: { node: 'raw node:http, setTimeout', ...PYWSGI },
    rows: underLoad('req/s'),
  },
  {
    name: 'idle-10k',
    title: '10,000 idle TCP connections',
    kind: 'idle',
    module: 'tcp',
    protocol: 'echo',
    ops: 10_000,
    repetitions: 1,
    nodeFlags: ['--expose-gc'],
    peers: { node: 'bare node:net', python: 'StreamServer (Python)' },
    rows: eachIdle,
  },
  {
    name: 'idle-10k-http',
    title: '10,000 idle HTTP connections',
    kind: 'idle',
    module: 'http',
    protocol: 'http',
    ops: 10_000,
    repetitions: 1,
    nodeFlags: ['--expose-gc'],
    peers: { ...NODE_HTTP, ...PYWSGI },
    rows: eachIdle,
  },
];
