/**
 * A load of GET requests on keep-alive connections: `node http-load.js PORT MILLISECONDS`.
 *
 * It writes ready-made bytes and counts the bytes of the answers, which are all of one length, so that it needs far
 * less CPU than the server it measures. An answer of another length or status is an error.
 */
import { connect } from 'node:net';

const CONNECTIONS = 32;
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n';
const GOOD = 'HTTP/1.1 200 OK';

const [port = 0, milliseconds = 0] = process.argv.slice(2).map(Number);
let answered = 0;
let answerLength = 0;
let stopping = false;

/** Sends request after request on one connection until the time is up. */
function converse(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(REQUEST));
    let received = 0;
    socket.on('data', (bytes) => {
      if (received === 0 && bytes.toString('latin1', 0, GOOD.length) !== GOOD)
        reject(new Error(`not a 200: ${bytes.toString()}`));
      answerLength ||= bytes.length;
      received += bytes.length;
      if (received < answerLength) return;
      if (received > answerLength) reject(new Error(`answer of ${received} bytes, expected ${answerLength}`));
      received = 0;
      answered++;
      if (stopping) socket.destroy();
      else socket.write(REQUEST);
    });
    socket.on('error', reject);
    socket.on('close', () => (stopping ? resolve() : reject(new Error('the server closed a connection'))));
  });
}

const start = performance.now();
setTimeout(() => {
  stopping = true;
}, milliseconds);
await Promise.all(Array.from({ length: CONNECTIONS }, converse));
console.log(JSON.stringify({ answered, seconds: (performance.now() - start) / 1e3 }));
