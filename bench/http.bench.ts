/** A node:http server that answers each request in a greenlet of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBench } from './harness/types.ts';
import { spawn } from '../src/index.ts';

const answer = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
  response.end('hello\n');
};

const inGreenlets: HttpBench = () => (request, response) => {
  spawn(answer, request, response);
};

export const benches: Readonly<Record<string, HttpBench>> = { http: inGreenlets };
