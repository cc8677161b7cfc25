// Capability: bounded requests to origins that the operator has granted.

import * as host from '#http';

import { ContractError, call } from './error.js';
import { checkMembers, refuseUnknown, refusingUnknown } from './members.js';
import { Unavailable } from './refusal.js';
import { decode, encode } from './utf8.js';

export class HttpError extends ContractError {
  refusal() {
    return new Unavailable(`the request could not be sent: ${this.message}`);
  }
}

const HEADERS = refusingUnknown('`response.headers`', ['length'], {
  remedy: (name) => `a header is read with \`response.header(${JSON.stringify(name)})\`.`,
});

export class Response {
  constructor(status, headers = [], body = new Uint8Array()) {
    this.status = status;
    this.headers = new Proxy(headers, HEADERS);
    this.body = typeof body === 'string' ? encode(body) : Uint8Array.from(body);
  }

  text() {
    return decode(this.body);
  }

  json() {
    return JSON.parse(this.text());
  }

  header(name) {
    return this.headers.find(([known]) => known === name.toLowerCase())?.[1] ?? null;
  }
}

refuseUnknown(Response, '`response`', { members: ['status', 'headers', 'body'] });

export function send(method, url, options = {}) {
  checkMembers(options, ['headers', 'body'], 'what is sent with a request');
  const { headers = [], body = '' } = options;
  const request = {
    method,
    url,
    headers: Array.from(headers[Symbol.iterator] ? headers : Object.entries(headers), ([name, value]) => [name, value]),
    body: typeof body === 'string' ? encode(body) : body,
  };
  const { status, headers: answered, body: content } = call(HttpError, () => host.send(request));
  return new Response(status, answered, content);
}

export function get(url, headers = []) {
  return send('GET', url, { headers });
}
