/** The WSGI server of gevent 0.13: each response in one piece, each connection for one request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { passOn } from '../core/checkpoint.ts';
import type { ListenerOption } from '../net/server-options.ts';
import type { WSGIApplication } from './wsgi-application.ts';
import { type BodyChunk, type WSGIBody, eachChunk, toBytes } from './wsgi-body.ts';
import { WSGIHandler, type WSGIHost } from './wsgi-handler.ts';
import { WSGIServer as StreamingServer, type WSGIServerOptions } from './wsgi-server.ts';

class BufferedHandler extends WSGIHandler {
  readonly #pieces: Uint8Array[] = [];
  #isComplete = false;

  constructor(request: IncomingMessage, response: ServerResponse, server: WSGIHost) {
    super(request, response, server);
    this.closeConnection = true;
  }

  override async processResult(): Promise<void> {
    await eachChunk(this.result as WSGIBody, async (chunk) => {
      await this.write(chunk);
      return true;
    });
    this.#isComplete = true;
    this.result = [Buffer.concat(this.#pieces)];
    await super.processResult();
  }

  override async write(data: BodyChunk): Promise<void> {
    if (this.#isComplete) return super.write(data);
    this.#pieces.push(toBytes(data, 'write(data)'));
    return passOn(undefined);
  }
}

/**
 * As the WSGIServer of `gevent-ts/pywsgi`, with gevent 0.13's limits: a response is sent when all of it is there, and
 * the connection is closed behind it. gevent 0.13: `wsgi.WSGIServer`.
 *
 * @deprecated use `gevent-ts/pywsgi`
 */
export class WSGIServer extends StreamingServer {
  constructor(listener: ListenerOption, application: WSGIApplication, options: WSGIServerOptions = {}) {
    super(listener, application, { handlerClass: BufferedHandler, ...options });
  }
}
