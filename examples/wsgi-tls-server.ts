/**
 * A WSGI application over TLS.
 *
 * Run it, with a certificate of your own, or with none for one that is made for the occasion:
 *   npm run example -- wsgi-tls-server [PORT [CERTIFICATE.pem KEY.pem]]
 *   curl -k https://127.0.0.1:8443/
 *
 * You will see which scheme the application was asked by (`https`), and here the access log.
 */
import { type Environ, type StartResponse, WSGIServer } from 'gevent-ts/pywsgi';
import { certificateFrom } from './support/certificate.ts';
import { stopOnSignal } from './support/stop-on-signal.ts';

const [port = '8443', certfile, keyfile] = process.argv.slice(2);

function application(environ: Environ, startResponse: StartResponse): string[] {
  startResponse('200 OK', [['Content-Type', 'text/plain']]);
  return [`You asked by ${environ['wsgi.url_scheme']} for ${environ.PATH_INFO}\n`];
}

const tls = certificateFrom(certfile, keyfile);
const server = new WSGIServer(['127.0.0.1', Number(port)], application, { ...tls, log: process.stdout });
await server.start();
console.log(`WSGI server on https://127.0.0.1:${server.serverPort}/`);
stopOnSignal(server);
await server.serveForever();
