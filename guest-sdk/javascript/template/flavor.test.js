// Tests that need neither a component nor pushgate: `npm test`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { approved } from 'pushgate-flavor';
{% if http %}
import { Response } from 'pushgate-flavor/http';
{% endif %}
import { {% if registry or http %}answering, {% endif %}push } from 'pushgate-flavor/testing';

import { prepare } from './flavor.js';
{% if registry or http %}

/** What is answered when nothing is wrong. */
const answers = {
{% if registry %}
  manifestDigest: () => null,
{% endif %}
{% if http %}
  send: () => new Response(200, [], 'open'),
{% endif %}
};
{% endif %}

test('latest is forbidden', () => {
  assert.throws(() => prepare(push('registry.example.com/team/app:latest')), { message: 'the tag `latest` is forbidden' });
});
{% if settings %}

test('the settings say what is forbidden', () => {
  const dev = push('registry.example.com/team/app:dev', { settings: { tags: ['dev'] } });
  assert.throws(() => prepare(dev), { message: 'the tag `dev` is forbidden' });
});
{% endif %}
{% if registry %}

test('a tag is pushed once', () => {
  const again = () => prepare(push('registry.example.com/team/app:v1'));
  assert.throws(() => answering({ ...answers, manifestDigest: () => 'sha256:0' }, again), { message: 'the tag `v1` exists already' });
});
{% endif %}
{% if http %}

test('nothing is pushed in a freeze', () => {
  const freeze = { ...answers, send: () => new Response(200, [], 'frozen') };
  assert.throws(() => answering(freeze, () => prepare(push('registry.example.com/team/app:v1'))), { message: 'pushes are frozen' });
});
{% endif %}

test('a version goes on', () => {
  const version = () => prepare(push('registry.example.com/team/app:v1'));
{% if registry or http %}
  assert.equal(answering(answers, version), approved);
{% else %}
  assert.equal(version(), approved);
{% endif %}
});
