/** The WSGI server of gevent 0.13; today's is in `gevent-ts/pywsgi`. gevent 0.13: `gevent.wsgi`. @module gevent-ts/wsgi */
export { WSGIServer } from './http/wsgi-buffered.ts';
